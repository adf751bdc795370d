import { Select } from "antd"
import { useTranslation } from "react-i18next"
import { useRoles } from "@/api/names"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import { isRecord } from "@/flow/ports"
import type { FormSchema } from "../schema"
import type { WidgetProps } from "../widget"
import { Template } from "./Expression"

/** Who is meant: named people, roles, or somebody seen from another person. */
export function People({ schema, value, onChange, id, label, isReadOnly, path }: WidgetProps) {
  const { t } = useTranslation()
  const may = useMay()
  const held = isRecord(value) ? value : {}
  const users = useRead("list_users", { query: { limit: 200 } }, { enabled: may("users.read") })
  const roles = useRoles().options
  const keep = (name: string, next: unknown) => {
    const isEmpty =
      next === undefined ||
      next === null ||
      next === "" ||
      (Array.isArray(next) && next.length === 0)
    const { [name]: _, ...rest } = held
    onChange(isEmpty ? rest : { ...rest, [name]: next })
  }
  const list = (name: string) => (Array.isArray(held[name]) ? held[name].map(String) : [])
  const inner = (schema["x-inner"] ?? schema) as FormSchema
  const relative = inner.properties?.relative ?? {}
  const options = Object.entries(relative["x-options"] ?? {})
  return (
    // biome-ignore lint/a11y/useSemanticElements: the form around it has the heading
    <div id={id} role="group" aria-label={label} className="people">
      <Select
        mode="tags"
        className="wide"
        disabled={isReadOnly}
        aria-label={t("editor.people.chosen")}
        placeholder={t("editor.people.chosen")}
        showSearch={{ optionFilterProp: "label" }}
        value={list("users")}
        options={(users.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))}
        onChange={(next: string[]) => keep("users", next)}
      />
      <Select
        mode="tags"
        className="wide"
        disabled={isReadOnly}
        aria-label={t("editor.people.roles")}
        placeholder={t("editor.people.roles")}
        showSearch={{ optionFilterProp: "label" }}
        value={list("roles")}
        options={roles}
        onChange={(next: string[]) => keep("roles", next)}
      />
      <Select
        className="wide"
        allowClear
        disabled={isReadOnly}
        aria-label={t("editor.people.relative")}
        placeholder={t("editor.people.relative")}
        value={typeof held.relative === "string" ? held.relative : null}
        options={options.map(([one, words]) => ({ value: one, label: String(words) }))}
        onChange={(next) => keep("relative", next)}
      />
      {held.relative !== undefined && held.relative !== null && (
        <Template
          schema={{ type: "string", default: "" }}
          value={held.of}
          onChange={(next) => keep("of", next)}
          id={`${id}_of`}
          label={t("editor.people.of")}
          isReadOnly={isReadOnly}
          isRequired
          hasFault={false}
          path={[...path, "of"]}
        />
      )}
    </div>
  )
}
