import { SearchOutlined } from "@ant-design/icons"
import { Collapse, Empty, Input } from "antd"
import { useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import type { Block } from "@/flow/catalog"
import { summaryWords } from "@/flow/summary"
import { Icon } from "@/ui/Icon"
import { colorOf } from "../canvas/colors"
import { type EditorParts, useEditor, useEditorSession } from "../context"
import { countUse, favourites, findBlocks, groupsOf } from "./blocks"
import { put } from "./put"

/** As narrow as a list of names needs. */
const FOLDS = {
  header: { padding: "6px 4px", fontSize: 12, color: "var(--ant-color-text-secondary)" },
  body: { padding: 0 },
}

export const BLOCK_DRAG = "application/x-jimu-block"

/** The blocks by group: drag one onto the canvas, or click it to put it behind what is selected. */
export function Palette() {
  const parts = useEditor()
  const { catalog } = parts
  const { t } = useTranslation()
  const [query, setQuery] = useState("")
  const readOnly = useEditorSession((session) => session.readOnly)
  const found = useMemo(() => findBlocks(query, catalog.nodes), [query, catalog])
  const groups = useMemo(() => groupsOf(catalog, catalog.nodes), [catalog])
  const often = useMemo(() => favourites(catalog), [catalog])
  const shown =
    often.length > 0 ? [{ key: "*", label: t("editor.palette.often"), blocks: often }] : []
  const list = (blocks: Block[]) => (
    <ul className="blocks">
      {blocks.map((block) => (
        <BlockItem key={block.type} block={block} parts={parts} disabled={readOnly} />
      ))}
    </ul>
  )
  return (
    <aside className="palette" aria-label={t("editor.palette.title")}>
      <Input
        allowClear
        prefix={<SearchOutlined />}
        placeholder={t("editor.palette.search")}
        aria-label={t("editor.palette.search")}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onPressEnter={() => {
          const [best] = found
          if (query !== "" && best && !readOnly) put(parts, best)
        }}
      />
      <div className="scroll">
        {query === "" ? (
          <Collapse
            ghost
            size="small"
            styles={FOLDS}
            defaultActiveKey={["*", ...groups.slice(0, 3).map((group) => group.key)]}
            items={[...shown, ...groups].map((group) => ({
              key: group.key,
              label: group.label,
              children: list(group.blocks),
            }))}
          />
        ) : found.length > 0 ? (
          list(found)
        ) : (
          <Empty
            image={Empty.PRESENTED_IMAGE_SIMPLE}
            description={t("editor.palette.nothing", { query })}
          />
        )}
      </div>
    </aside>
  )
}

function BlockItem(props: { block: Block; parts: EditorParts; disabled: boolean }) {
  const { block, parts, disabled } = props
  return (
    <li>
      <button
        type="button"
        className="block"
        draggable={!disabled}
        disabled={disabled}
        title={summaryWords(block)}
        style={{ "--group": colorOf(block, parts.catalog) } as React.CSSProperties}
        onDragStart={(event) => {
          event.dataTransfer.setData(BLOCK_DRAG, block.type)
          event.dataTransfer.effectAllowed = "copy"
        }}
        onDragEnd={(event) => event.dataTransfer.dropEffect !== "none" && countUse(block.type)}
        onClick={() => put(parts, block)}
      >
        <span className="tile">
          <Icon svg={block.icon} size={16} />
        </span>
        <span className="label">{block.label}</span>
      </button>
    </li>
  )
}
