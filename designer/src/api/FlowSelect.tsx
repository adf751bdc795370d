import { Select } from "antd"
import { useTranslation } from "react-i18next"
import { useRead } from "./queries"
import { useMay } from "./session"

interface Props {
  value: string | undefined
  onChange: (key: string | undefined) => void
  /** What stands there while none is chosen; a filter then shows all of them. */
  placeholder?: string
}

/** A flow by its name. */
export function FlowSelect({ value, onChange, placeholder }: Props) {
  const { t } = useTranslation()
  const may = useMay()
  const flows = useRead("list_flows", { query: { limit: 200 } }, { enabled: may("flows.read") })
  return (
    <Select
      aria-label={t("runs.flow")}
      placeholder={placeholder ?? t("runs.allFlows")}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      value={value || null}
      options={(flows.data?.items ?? []).map((one) => ({ value: one.key, label: one.name }))}
      onChange={(next) => onChange(next ?? undefined)}
    />
  )
}
