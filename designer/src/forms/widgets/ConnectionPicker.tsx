import { Select } from "antd"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { emptyOf, type WidgetProps } from "../widget"

/** One of the company's connections; `x-connector` narrows them to one kind. */
export function ConnectionPicker({
  schema,
  value,
  onChange,
  id,
  isReadOnly,
  hasFault,
}: WidgetProps) {
  const { t } = useTranslation()
  const list = useRead("list_connections", {})
  const wanted = schema["x-connector"]
  const fits = (list.data?.items ?? []).filter((each) => !wanted || each.connector === wanted)
  return (
    <Select
      id={id}
      className="wide"
      value={typeof value === "string" && value ? value : null}
      loading={list.isPending}
      disabled={isReadOnly}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      status={hasFault ? "error" : ""}
      placeholder={t("forms.chooseConnection")}
      notFoundContent={t("forms.noConnection")}
      options={fits.map((each) => ({ value: each.key, label: each.name }))}
      onChange={(next) => onChange(next ?? emptyOf(schema))}
    />
  )
}
