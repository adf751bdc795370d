import { Input, Select, Switch } from "antd"
import { useTranslation } from "react-i18next"
import type { Json } from "@/flow/types"

export const TYPES = ["number", "string", "boolean", "array"] as const

/** What a parameter of a kind holds before anybody has said. */
export const FIRST: { [type: string]: Json } = { number: 0, string: "", boolean: false, array: [] }

interface Props {
  type: string
  value: Json | undefined
  isDisabled: boolean
  onChange: (value: Json) => void
}

/** The default of a parameter, written as its kind is: a figure, a text, yes or no, some texts. */
export function ParamDefault({ type, value, isDisabled, onChange }: Props) {
  const { t } = useTranslation()
  const label = t("editor.params.default")
  if (type === "boolean")
    return (
      <Switch
        className="param-value"
        aria-label={label}
        checked={value === true}
        disabled={isDisabled}
        onChange={onChange}
      />
    )
  if (type === "array")
    return (
      <Select<string[]>
        className="param-value"
        mode="tags"
        open={false}
        suffixIcon={null}
        aria-label={label}
        placeholder={label}
        value={Array.isArray(value) ? value.map(String) : []}
        disabled={isDisabled}
        onChange={onChange}
      />
    )
  return (
    <Input
      className="param-value"
      aria-label={label}
      placeholder={label}
      value={value === undefined ? "" : String(value)}
      disabled={isDisabled}
      onChange={(event) => onChange(read(event.target.value, type))}
    />
  )
}

function read(written: string, type: string): Json {
  const number = Number(written)
  return type === "number" && written.trim() !== "" && Number.isFinite(number) ? number : written
}
