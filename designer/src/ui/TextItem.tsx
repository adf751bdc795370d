import { Form, Input } from "antd"

interface Props {
  id: string
  label: string
  value: string
  onChange: (value: string) => void
  maxLength: number
  isRequired?: boolean
  isReadOnly?: boolean
  placeholder?: string
}

/** A line of text with its label, in a form whose values the page itself holds. */
export function TextItem(props: Props) {
  const { id, label, value, onChange, isReadOnly = false, isRequired = false, ...more } = props
  return (
    <Form.Item label={label} htmlFor={id} required={isRequired}>
      <Input
        id={id}
        disabled={isReadOnly}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        {...more}
      />
    </Form.Item>
  )
}
