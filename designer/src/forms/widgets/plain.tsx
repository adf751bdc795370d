import { Checkbox, DatePicker, Input, InputNumber, Select, Switch, TimePicker } from "antd"
import dayjs from "dayjs"
import { useTranslation } from "react-i18next"
import { emptyOf, type WidgetProps } from "../widget"

const text = (value: unknown) => (value === undefined || value === null ? "" : String(value))
const status = (hasFault: boolean) => (hasFault ? ("error" as const) : undefined)

export function Text({ schema, value, onChange, id, isReadOnly, hasFault }: WidgetProps) {
  return (
    <Input
      id={id}
      value={text(value)}
      disabled={isReadOnly}
      status={status(hasFault)}
      placeholder={placeholderOf(schema.examples)}
      onChange={(event) => onChange(event.target.value || emptied(schema))}
    />
  )
}

export function Multiline({ schema, value, onChange, id, isReadOnly, hasFault }: WidgetProps) {
  return (
    <Input.TextArea
      id={id}
      value={text(value)}
      disabled={isReadOnly}
      status={status(hasFault)}
      autoSize={{ minRows: 3, maxRows: 12 }}
      onChange={(event) => onChange(event.target.value || emptied(schema))}
    />
  )
}

/** Where empty text is what the schema itself begins with, empty text it stays. */
function emptied(schema: WidgetProps["schema"]): string | null | undefined {
  return schema.default === "" ? "" : emptyOf(schema)
}

function placeholderOf(examples: unknown): string | undefined {
  return Array.isArray(examples) && typeof examples[0] === "string" ? examples[0] : undefined
}

export function NumberInput({ schema, value, onChange, id, isReadOnly, hasFault }: WidgetProps) {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  const range: { min?: number; max?: number; precision?: number } = {}
  if (schema.minimum !== undefined) range.min = schema.minimum
  if (schema.maximum !== undefined) range.max = schema.maximum
  if (type === "integer") range.precision = 0
  return (
    <InputNumber
      id={id}
      className="wide"
      value={typeof value === "number" || typeof value === "string" ? Number(value) : null}
      disabled={isReadOnly}
      status={status(hasFault)}
      {...range}
      onChange={(next) => onChange(next ?? emptyOf(schema))}
    />
  )
}

export function Toggle({ value, onChange, id, label, isReadOnly }: WidgetProps) {
  return (
    <Switch
      id={id}
      aria-label={label}
      checked={value === true}
      disabled={isReadOnly}
      onChange={onChange}
    />
  )
}

export function Choice({
  schema,
  value,
  onChange,
  id,
  isReadOnly,
  hasFault,
  ...more
}: WidgetProps) {
  const { t } = useTranslation()
  const isMany = schema.type === "array"
  const options = optionsOf(isMany ? { ...schema.items, ...hintsOf(schema) } : schema)
  if (isMany && options.length <= 8)
    return (
      <Checkbox.Group
        options={options as { value: string; label: string }[]}
        value={Array.isArray(value) ? value : []}
        disabled={isReadOnly}
        onChange={onChange}
      />
    )
  return (
    <Select
      id={id}
      className="wide"
      {...(isMany ? { mode: "multiple" as const } : {})}
      options={options}
      value={value ?? null}
      allowClear={!more.isRequired && schema.default === undefined}
      showSearch={{ optionFilterProp: "label" }}
      disabled={isReadOnly}
      status={status(hasFault) ?? ""}
      placeholder={t("forms.choose")}
      onChange={(next) => onChange(next ?? emptyOf(schema))}
    />
  )
}

function hintsOf(schema: WidgetProps["schema"]): WidgetProps["schema"] {
  return schema["x-options"] ? { "x-options": schema["x-options"] } : {}
}

/** The values a schema allows, with their labels. */
export function optionsOf(schema: WidgetProps["schema"]): { value: unknown; label: string }[] {
  const labels = schema["x-options"] ?? {}
  const values = schema.enum ?? schema.oneOf?.map((each) => each.const) ?? Object.keys(labels)
  return values.map((value) => ({
    value,
    label:
      labels[String(value)] ??
      schema.oneOf?.find((each) => each.const === value)?.title ??
      String(value),
  }))
}

/** Free words, each ended by Enter or a comma; or several of those that are offered. */
export function Tags({ schema, value, onChange, id, isReadOnly, hasFault }: WidgetProps) {
  const { t } = useTranslation()
  const isNumber = schema.items?.type === "integer" || schema.items?.type === "number"
  return (
    <Select
      id={id}
      className="wide"
      mode="tags"
      value={Array.isArray(value) ? value.map(String) : []}
      options={optionsOf({ ...schema.items, ...hintsOf(schema) }).map((each) => ({
        value: String(each.value),
        label: each.label,
      }))}
      disabled={isReadOnly}
      status={status(hasFault) ?? ""}
      tokenSeparators={[",", "，", "、"]}
      placeholder={t("forms.tags")}
      onChange={(next: string[]) => onChange(isNumber ? next.map(Number) : next)}
    />
  )
}

export function DateInput({ schema, value, onChange, id, isReadOnly }: WidgetProps) {
  const hasTime = schema.format === "date-time"
  return (
    <DatePicker
      id={id}
      className="wide"
      showTime={hasTime}
      value={typeof value === "string" && value ? dayjs(value) : null}
      disabled={isReadOnly}
      onChange={(next) =>
        onChange(
          next ? (hasTime ? next.toISOString() : next.format("YYYY-MM-DD")) : emptyOf(schema),
        )
      }
    />
  )
}

export function TimeOfDay({ schema, value, onChange, id, isReadOnly }: WidgetProps) {
  const day = typeof value === "string" && value ? dayjs(`2000-01-01T${value}`) : null
  return (
    <TimePicker
      id={id}
      format="HH:mm"
      value={day}
      disabled={isReadOnly}
      onChange={(next) => onChange(next ? next.format("HH:mm") : emptyOf(schema))}
    />
  )
}
