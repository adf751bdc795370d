import { Select } from "antd"
import { useTranslation } from "react-i18next"
import { useRead } from "./queries"
import { useMay } from "./session"

/** A filter by flow: all of them, or one by its name. */
export function FlowSelect({
  value,
  onChange,
}: {
  value: string | undefined
  onChange: (key: string | undefined) => void
}) {
  const { t } = useTranslation()
  const may = useMay()
  const flows = useRead("list_flows", { query: { limit: 200 } }, { enabled: may("flows.read") })
  return (
    <Select
      aria-label={t("runs.flow")}
      placeholder={t("runs.allFlows")}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      value={value || null}
      options={(flows.data?.items ?? []).map((one) => ({ value: one.key, label: one.name }))}
      onChange={(next) => onChange(next ?? undefined)}
    />
  )
}
