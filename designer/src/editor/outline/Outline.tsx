import { Empty } from "antd"
import { useEffect, useMemo, useRef } from "react"
import { useTranslation } from "react-i18next"
import { idOf, outlineOf } from "@/flow/outline"
import { labelledPorts } from "../canvas/labels"
import { useDocument, useEditor, useEditorSession } from "../context"
import { QuickAdd } from "../palette/QuickAdd"
import { select } from "../session"
import { OutlineRow } from "./OutlineRow"
import "./outline.css"

/**
 * The flow as an indented list with the edits of the canvas. A tree grid: arrows walk the rows, Enter
 * opens the form, and every command of the canvas works on the row one stands on.
 */
export function Outline() {
  const { blocks, session, view } = useEditor()
  const { t } = useTranslation()
  const flow = useDocument((state) => state.flow)
  const selected = useEditorSession((one) => one.selected)
  const list = useRef<HTMLDivElement>(null)
  const rows = useMemo(
    () => outlineOf(flow, (node, graph) => labelledPorts(node, blocks.get(node.type), graph)),
    [flow, blocks],
  )
  const current = rows.find((row) => selected.has(idOf(row) ?? "")) ?? rows[0]
  useEffect(() => {
    const rowOf = (id: string) => list.current?.querySelector(`[data-id="${CSS.escape(id)}"]`)
    view.current = {
      fit: () => list.current?.scrollTo({ top: 0 }),
      zoom: () => undefined,
      // After the next drawing: what was just added has no row before it.
      show: ([id]) =>
        requestAnimationFrame(() => id && rowOf(id)?.scrollIntoView({ block: "nearest" })),
      placeOf: () => null,
      middle: () => ({ x: 0, y: 0 }),
      focus: (id) =>
        requestAnimationFrame(() => {
          const row = rowOf(id)
          if (row instanceof HTMLElement) row.focus()
        }),
    }
    return () => {
      view.current = null
    }
  }, [view])

  const onKeyDown = (event: React.KeyboardEvent<HTMLDivElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    if (event.target instanceof Element && event.target.closest("button")) return
    const at = current === undefined ? -1 : rows.indexOf(current)
    const to = {
      ArrowDown: rows[at + 1],
      ArrowUp: rows[at - 1],
      Home: rows[0],
      End: rows.at(-1),
    }[event.key]
    if (!to) return
    event.preventDefault()
    select(session, [idOf(to) ?? ""].filter(Boolean))
    const row = list.current?.querySelector(`[data-key="${CSS.escape(to.key)}"]`)
    if (row instanceof HTMLElement) row.focus()
  }
  return (
    <div className="outline" ref={list}>
      {rows.length === 0 ? (
        <Empty description={t("editor.outline.empty")} />
      ) : (
        <div
          role="treegrid"
          aria-label={t("editor.outline.label")}
          aria-rowcount={rows.length}
          onKeyDown={onKeyDown}
        >
          {rows.map((row, index) => (
            <OutlineRow
              key={row.key}
              row={row}
              number={index + 1}
              isCurrent={row === current}
              isSelected={selected.has(idOf(row) ?? "")}
            />
          ))}
        </div>
      )}
      <AddFirst isEmpty={rows.length === 0} />
      <QuickAdd frame={null} />
    </div>
  )
}

function AddFirst({ isEmpty }: { isEmpty: boolean }) {
  const { session } = useEditor()
  const { t } = useTranslation()
  const readOnly = useEditorSession((one) => one.readOnly)
  if (readOnly) return null
  return (
    <button
      type="button"
      className="outline-add"
      onClick={() =>
        session.setState({
          adding: { kind: "free", scope: "", position: { x: 0, y: 0 }, at: { x: 0, y: 0 } },
          ghost: null,
        })
      }
    >
      ＋ {isEmpty ? t("editor.outline.first") : t("editor.outline.another")}
    </button>
  )
}
