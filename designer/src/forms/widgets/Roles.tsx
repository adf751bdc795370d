import { Select } from "antd"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Role } from "@/api/types"
import type { WidgetProps } from "../widget"

/** Roles of the company by their names; what is kept are their keys. */
export function Roles({ value, onChange, id, isReadOnly, hasFault }: WidgetProps) {
  const { t } = useTranslation()
  return (
    <Select
      id={id}
      className="wide"
      mode="tags"
      disabled={isReadOnly}
      status={hasFault ? "error" : ""}
      placeholder={t("forms.chooseRoles")}
      showSearch={{ optionFilterProp: "label" }}
      value={Array.isArray(value) ? value.map(String) : []}
      options={useRoleOptions()}
      onChange={onChange}
    />
  )
}

/** Roles to choose from, in the screen's language; none for somebody who may not see them. */
export function useRoleOptions(): { value: string; label: string }[] {
  const { i18n } = useTranslation()
  const may = useMay()
  const roles = useRead("list_roles", { query: { limit: 200 } }, { enabled: may("roles.read") })
  return (roles.data?.items ?? []).map((role) => ({
    value: role.key,
    label: nameOf(role, i18n.language === "en"),
  }))
}

function nameOf({ name }: Role, isEnglish: boolean): string {
  if (typeof name === "string") return name
  return isEnglish ? name.en : name.zh
}
