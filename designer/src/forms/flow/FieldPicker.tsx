import { TreeSelect } from "antd"
import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { type Name, namesOf, sayPath } from "@/flow/scope"
import { matchOf } from "@/flow/search"
import { useFlowSurroundings } from "./surroundings"

interface Props {
  value: string
  onChange: (path: string) => void
  isReadOnly: boolean
  /** What choosing one does, where that is not plain. */
  label?: string
}

interface Branch {
  value: string
  title: string
  search: string
  children: Branch[]
}

/** A field by its name in words; searched by name, path or pinyin initials. */
export function FieldPicker({ value, onChange, isReadOnly, label }: Props) {
  const { scope } = useFlowSurroundings()
  const { t } = useTranslation()
  const tree = useMemo(() => namesOf(scope).map(branch), [scope])
  return (
    <TreeSelect<{ value: string; label: string } | undefined>
      className="field-picker"
      aria-label={label ?? t("editor.condition.field")}
      placeholder={label ?? t("editor.condition.field")}
      disabled={isReadOnly}
      value={value ? { value, label: sayPath(scope, value) } : undefined}
      labelInValue
      treeData={tree}
      popupMatchSelectWidth={320}
      treeNodeLabelProp="title"
      showSearch={{
        filterTreeNode: (query, node) =>
          Math.max(matchOf(query, String(node.title)), matchOf(query, String(node.value))) > 0,
      }}
      onChange={(next: { value: string; label: string } | undefined) => onChange(next?.value ?? "")}
    />
  )
}

function branch(name: Name): Branch {
  return {
    value: name.path,
    title: name.title,
    search: `${name.title} ${name.path}`,
    children: name.inner.map(branch),
  }
}
