import { Input, Typography } from "antd"
import { useEffect, useState } from "react"
import { useTranslation } from "react-i18next"
import { emptyOf, type WidgetProps } from "../widget"

const written = (value: unknown) => (value === undefined ? "" : JSON.stringify(value, null, 2))

/** A value as JSON text; what is no JSON yet stays in the field and out of the form. */
export function Json({ schema, value, onChange, id, label, isReadOnly }: WidgetProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(() => written(value))
  const [isWrong, setWrong] = useState(false)
  useEffect(() => {
    setText((now) => (isSame(now, value) ? now : written(value)))
  }, [value])
  return (
    <>
      <Input.TextArea
        id={id}
        className="code-input"
        aria-label={label}
        value={text}
        disabled={isReadOnly}
        autoSize={{ minRows: 3, maxRows: 16 }}
        spellCheck={false}
        {...(isWrong ? { status: "error" as const } : {})}
        onChange={(event) => {
          setText(event.target.value)
          try {
            onChange(event.target.value.trim() ? JSON.parse(event.target.value) : emptyOf(schema))
            setWrong(false)
          } catch {
            setWrong(true)
          }
        }}
      />
      {isWrong && <Typography.Text type="danger">{t("forms.notJson")}</Typography.Text>}
    </>
  )
}

function isSame(text: string, value: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value)
  } catch {
    // Half typed: the field keeps what the person is typing.
    return text !== ""
  }
}
