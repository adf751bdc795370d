import { DatabaseOutlined } from "@ant-design/icons"
import { Button, Empty, Input, Popover, Tooltip, Tree } from "antd"
import { useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { type Name, namesOf, sayValueShort, valueAt } from "@/flow/scope"
import { matchOf } from "@/flow/search"
import { useFlowSurroundings } from "./surroundings"

interface Props {
  onPick: (path: string) => void
  isReadOnly: boolean
}

/** Values of earlier steps, picked from a tree with the sample's values beside the names. */
export function DataPicker({ onPick, isReadOnly }: Props) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover
      open={isOpen}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      destroyOnHidden
      title={t("editor.pick.title")}
      content={
        <DataTree
          onPick={(path) => {
            setOpen(false)
            onPick(path)
          }}
        />
      }
    >
      <Tooltip title={t("editor.pick.insert")} mouseEnterDelay={0.4}>
        <Button
          size="small"
          type="text"
          icon={<DatabaseOutlined />}
          aria-label={t("editor.pick.insert")}
          disabled={isReadOnly}
        />
      </Tooltip>
    </Popover>
  )
}

export function DataTree({ onPick }: { onPick: (path: string) => void }) {
  const { scope, sample } = useFlowSurroundings()
  const { t } = useTranslation()
  const [query, setQuery] = useState("")
  const names = useMemo(() => namesOf(scope), [scope])
  const shown = useMemo(() => (query.trim() === "" ? names : fitting(query, names)), [names, query])
  const opened = query.trim() === "" ? {} : { expandedKeys: keysOf(shown) }
  return (
    <div className="data-tree">
      <Input
        autoFocus
        size="small"
        allowClear
        placeholder={t("editor.pick.search")}
        aria-label={t("editor.pick.search")}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      {shown.length === 0 ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("editor.pick.none")} />
      ) : (
        <Tree
          height={320}
          {...opened}
          treeData={shown.map((name) => branch(name, sample))}
          onSelect={([path]) => path !== undefined && onPick(String(path))}
        />
      )}
    </div>
  )
}

interface Branch {
  key: string
  title: React.ReactNode
  children: Branch[]
}

function branch(name: Name, sample: unknown): Branch {
  const value = sample === undefined ? undefined : valueAt(sample, name.path)
  return {
    key: name.path,
    title: (
      <span className="data-name" title={name.path}>
        {name.title}
        {value !== undefined && typeof value !== "object" && <i>{sayValueShort(value)}</i>}
      </span>
    ),
    children: name.inner.map((inner) => branch(inner, sample)),
  }
}

/** Names that fit, with what leads to them. */
function fitting(query: string, names: readonly Name[]): Name[] {
  return names.flatMap((name) => {
    const fits = Math.max(matchOf(query, name.title), matchOf(query, name.path)) > 0
    const inner = fits ? name.inner : fitting(query, name.inner)
    return fits || inner.length > 0 ? [{ ...name, inner }] : []
  })
}

const keysOf = (names: readonly Name[]): string[] =>
  names.flatMap((name) => [name.path, ...keysOf(name.inner)])
