import { DatePicker, Input, Select, Space } from "antd"
import dayjs from "dayjs"
import { useTranslation } from "react-i18next"
import type { Operator, Schema } from "@/flow/catalog"
import type { Row, Value } from "@/flow/conditions/rows"
import { Duration } from "../widgets/Duration"

interface Props {
  row: Row
  shape: Operator["value"]
  kind: string | null
  schema: Schema | undefined
  onChange: (row: Row) => void
  isReadOnly: boolean
}

/** What a field is compared with: as the operator and the field's kind want it. */
export function ConditionValue({ row, shape, kind, schema, onChange, isReadOnly }: Props) {
  const { t } = useTranslation()
  const label = t("editor.condition.value")
  const keep = (value: Value | Value[]) => onChange({ ...row, value })
  if (shape === "duration") {
    return (
      <Duration
        schema={{}}
        value={row.value}
        onChange={(value) => keep(typeof value === "string" ? value : "P7D")}
        id={`duration-${row.field}`}
        label={label}
        isReadOnly={isReadOnly}
        isRequired
        hasFault={false}
        path={[]}
      />
    )
  }
  if (shape === "many") {
    return (
      <Select
        mode="tags"
        className="wide"
        aria-label={label}
        disabled={isReadOnly}
        placeholder={t("editor.condition.values")}
        tokenSeparators={[",", "，", "、"]}
        options={choicesOf(schema)}
        value={Array.isArray(row.value) ? row.value.map(String) : []}
        onChange={(values: string[]) => keep(values)}
      />
    )
  }
  if (shape === "pair") {
    const [low = "", high = ""] = Array.isArray(row.value) ? row.value : []
    return (
      <Space.Compact className="wide">
        <One
          kind={kind}
          schema={schema}
          value={low}
          label={t("editor.condition.from")}
          isReadOnly={isReadOnly}
          onChange={(next) => keep([next, high])}
        />
        <One
          kind={kind}
          schema={schema}
          value={high}
          label={t("editor.condition.to")}
          isReadOnly={isReadOnly}
          onChange={(next) => keep([low, next])}
        />
      </Space.Compact>
    )
  }
  const value = Array.isArray(row.value) ? (row.value[0] ?? "") : (row.value ?? "")
  return (
    <One
      kind={kind}
      schema={schema}
      value={value}
      label={label}
      isReadOnly={isReadOnly}
      onChange={keep}
    />
  )
}

interface OneProps {
  kind: string | null
  schema: Schema | undefined
  value: Value
  label: string
  isReadOnly: boolean
  onChange: (value: Value) => void
}

function One({ kind, schema, value, label, isReadOnly, onChange }: OneProps) {
  const { t } = useTranslation()
  const text = typeof value === "object" ? "" : String(value)
  const choices = choicesOf(schema)
  if (kind === "boolean") {
    return (
      <Select
        className="wide"
        aria-label={label}
        disabled={isReadOnly}
        value={value === "" ? null : text === "true"}
        options={[
          { value: true, label: t("editor.condition.yes") },
          { value: false, label: t("editor.condition.no") },
        ]}
        onChange={(next) => next !== null && onChange(next)}
      />
    )
  }
  if (kind === "time") {
    return (
      <DatePicker
        className="wide"
        aria-label={label}
        disabled={isReadOnly}
        value={text && dayjs(text).isValid() ? dayjs(text) : null}
        onChange={(next) => onChange(next ? next.format("YYYY-MM-DD") : "")}
      />
    )
  }
  if (choices.length > 0) {
    return (
      <Select
        className="wide"
        aria-label={label}
        disabled={isReadOnly}
        showSearch={{ optionFilterProp: "label" }}
        value={text || null}
        options={choices}
        onChange={(next) => onChange(next ?? "")}
      />
    )
  }
  return (
    <Input
      aria-label={label}
      placeholder={label}
      disabled={isReadOnly}
      inputMode={kind === "number" || kind === "money" ? "decimal" : "text"}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

function choicesOf(schema: Schema | undefined): { value: string; label: string }[] {
  const labels = schema?.["x-options"] ?? {}
  const values = (schema?.enum ?? Object.keys(labels)).filter((one) => one !== null)
  return values.map((one) => ({ value: String(one), label: labels[String(one)] ?? String(one) }))
}
