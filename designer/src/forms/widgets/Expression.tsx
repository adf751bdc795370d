import { useTranslation } from "react-i18next"
import { CodeField } from "../flow/CodeField"
import { emptyOf, type WidgetProps } from "../widget"

/** A value as expression text. */
export function Expression(props: WidgetProps) {
  const { t } = useTranslation()
  return <Code {...props} isTemplate={false} hint={t("editor.code.label")} />
}

/** Text with `{{ expression }}` in it. */
export function Template(props: WidgetProps) {
  return <Code {...props} isTemplate hint="" />
}

interface CodeProps extends WidgetProps {
  isTemplate: boolean
  hint: string
}

function Code({ schema, value, onChange, id, label, isReadOnly, isTemplate, hint }: CodeProps) {
  const text = value === undefined || value === null ? "" : String(value)
  return (
    <CodeField
      id={id}
      label={label}
      value={text}
      isTemplate={isTemplate}
      isReadOnly={isReadOnly}
      hint={hint}
      onChange={(next) => onChange(read(next, schema) ?? emptied(schema))}
    />
  )
}

/** A template that is a plain number stays one where the schema wants numbers. */
function read(text: string, schema: WidgetProps["schema"]): unknown {
  if (text === "") return undefined
  const types = [schema.type ?? []].flat()
  const wantsText = types.length === 0 || types.includes("string")
  if (!wantsText && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text)
  return text
}

function emptied(schema: WidgetProps["schema"]): string | null | undefined {
  return schema.default === "" ? "" : emptyOf(schema)
}
