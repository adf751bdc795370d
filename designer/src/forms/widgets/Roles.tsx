import { Select } from "antd"
import { useTranslation } from "react-i18next"
import { useRoles } from "@/api/names"
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
      options={useRoles().options}
      onChange={onChange}
    />
  )
}
