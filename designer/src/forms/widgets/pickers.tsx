import { AutoComplete, Select } from "antd"
import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { namesOf } from "@/flow/scope"
import { matchOf } from "@/flow/search"
import { useFlowSurroundings } from "../flow/surroundings"
import { emptyOf, type WidgetProps } from "../widget"

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null)

/** An event type by its name, or all of a kind; a type of one's own can be typed. */
export function EventTypePicker({
  schema,
  value,
  onChange,
  id,
  isReadOnly,
  hasFault,
}: WidgetProps) {
  const { catalog } = useFlowSurroundings()
  const { t } = useTranslation()
  const options = useMemo(() => {
    const groups = new Map<string, { label: string; options: { value: string; label: string }[] }>()
    for (const one of catalog?.event_types ?? []) {
      const group = groups.get(one.group) ?? { label: one.group_label, options: [] }
      group.options.push({ value: one.type, label: one.label })
      groups.set(one.group, group)
    }
    return [...groups.values()]
  }, [catalog])
  const known = options.some((group) => group.options.some((one) => one.value === value))
  const own = text(value)
  const extra =
    own && !known ? [{ value: own, label: t("editor.picker.customEvent", { type: own }) }] : []
  return (
    <Select
      id={id}
      className="wide"
      disabled={isReadOnly}
      status={hasFault ? "error" : ""}
      allowClear
      placeholder={t("editor.picker.event")}
      showSearch={{
        filterOption: (query, option) =>
          [option?.label, option && "value" in option ? option.value : ""].some(
            (text) => matchOf(query, String(text)) > 0,
          ),
      }}
      value={own}
      options={[...extra, ...options]}
      onChange={(next) => onChange(next ?? (schema.default === "" ? "" : emptyOf(schema)))}
    />
  )
}

/** A published flow. */
export function FlowPicker({ schema, value, onChange, id, isReadOnly, hasFault }: WidgetProps) {
  const { t } = useTranslation()
  const flows = useRead("list_flows", { query: { limit: 200 } })
  return (
    <Select
      id={id}
      className="wide"
      disabled={isReadOnly}
      status={hasFault ? "error" : ""}
      loading={flows.isPending}
      allowClear
      placeholder={t("editor.picker.flow")}
      showSearch={{ optionFilterProp: "label" }}
      value={text(value)}
      options={(flows.data?.items ?? []).map((one) => ({ value: one.key, label: one.name }))}
      onChange={(next) => onChange(next ?? emptyOf(schema))}
    />
  )
}

/** A working calendar; the standard one where none is named. */
export function CalendarPicker({ schema, value, onChange, id, isReadOnly }: WidgetProps) {
  const { t } = useTranslation()
  const calendars = useRead("list_calendars", {})
  return (
    <Select
      id={id}
      className="wide"
      disabled={isReadOnly}
      allowClear
      placeholder={t("editor.picker.calendar")}
      value={text(value)}
      options={(calendars.data?.items ?? []).map((one) => ({ value: one.key, label: one.name }))}
      onChange={(next) => onChange(next ?? (schema.default === "" ? "" : emptyOf(schema)))}
    />
  )
}

/** A variable: one that is set already, or a new name. */
export function VariablePicker(props: WidgetProps) {
  const { scope } = useFlowSurroundings()
  const { t } = useTranslation()
  const names = namesOf(scope?.properties?.vars).map((one) => ({
    value: one.path,
    label: one.title,
  }))
  return <Typed {...props} options={names} hint={t("editor.picker.variable")} />
}

/** A field of the customer: a known one, or one of the company's own. */
export function CustomerFieldPicker(props: WidgetProps) {
  const { scope } = useFlowSurroundings()
  const { t } = useTranslation()
  const names = namesOf(scope?.properties?.customer).map((one) => ({
    value: one.path,
    label: one.title,
  }))
  return <Typed {...props} options={names} hint={t("editor.picker.field")} />
}

interface TypedProps extends WidgetProps {
  options: { value: string; label: string }[]
  hint: string
}

function Typed({ schema, value, onChange, id, isReadOnly, hasFault, options, hint }: TypedProps) {
  return (
    <AutoComplete
      id={id}
      className="wide"
      disabled={isReadOnly}
      status={hasFault ? "error" : ""}
      placeholder={hint}
      value={text(value) ?? ""}
      options={options}
      onChange={(next: string) => onChange(next || (schema.default === "" ? "" : emptyOf(schema)))}
    />
  )
}
