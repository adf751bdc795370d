import { Switch } from "antd"
import { useMemo } from "react"
import { useFlowSurroundings } from "../flow/surroundings"
import { PartForm } from "../PartForm"
import { defaultsOf, type FormSchema } from "../schema"
import type { WidgetProps } from "../widget"

/** A group that may be left out: a switch, and its fields only while it is on. */
export function OptionalGroup({
  schema,
  value,
  onChange,
  id,
  label,
  isReadOnly,
  path,
}: WidgetProps) {
  const { problems } = useFlowSurroundings()
  const inner = useMemo(() => ({ ...(schema["x-inner"] as FormSchema), title: "" }), [schema])
  const isOn = value !== null && value !== undefined
  const here = path.map((part) => `/${part}`).join("")
  const said = useMemo(
    () =>
      (problems ?? [])
        .filter((one) => one.path.startsWith(`${here}/`))
        .map((one) => ({ ...one, path: one.path.slice(here.length) })),
    [problems, here],
  )
  return (
    <div className="optional-group">
      <Switch
        id={id}
        size="small"
        aria-label={label}
        checked={isOn}
        disabled={isReadOnly}
        onChange={(on) => onChange(on ? (defaultsOf(inner) ?? {}) : null)}
      />
      {isOn && (
        <div className="field-group">
          <PartForm
            schema={inner}
            value={value}
            isReadOnly={isReadOnly}
            problems={said}
            onChange={onChange}
          />
        </div>
      )}
    </div>
  )
}
