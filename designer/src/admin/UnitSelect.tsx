import { TreeSelect } from "antd"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { treeOf } from "./tree"

interface Props {
  id?: string
  value?: string | null
  onChange?: (value: string | null) => void
  placeholder?: string
  isNeeded?: boolean
  label?: string
}

/** One unit of the org tree. */
export function UnitSelect({ id, value, onChange, placeholder, isNeeded, label }: Props) {
  const { t } = useTranslation()
  const list = useRead("list_org_units", { query: { limit: 200 } })
  return (
    <TreeSelect
      {...(id ? { id } : {})}
      {...(label ? { "aria-label": label } : {})}
      className="wide"
      value={value ?? null}
      allowClear={!isNeeded}
      treeDefaultExpandAll
      showSearch={{ treeNodeFilterProp: "title" }}
      placeholder={placeholder ?? t("admin.chooseUnit")}
      treeData={treeOf(list.data?.items ?? [])}
      onChange={(next) => onChange?.(next ?? null)}
    />
  )
}
