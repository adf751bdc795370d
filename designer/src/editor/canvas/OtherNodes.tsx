import { Handle, type NodeProps, NodeResizer, Position } from "@xyflow/react"
import { memo, useState } from "react"
import { useTranslation } from "react-i18next"
import { setNote } from "@/flow/operations/settings"
import { Icon } from "@/ui/Icon"
import { useAddStep } from "../adding"
import { useEditor } from "../context"
import { colorOf } from "./colors"
import type { GhostNode, HandlerNode, NoteNode } from "./toReactFlow"

/** The box of what a reminder does at each tick. */
export const HandlerBox = memo(function HandlerBox({ id, data }: NodeProps<HandlerNode>) {
  const { t } = useTranslation()
  const startAdding = useAddStep()
  return (
    <section className="handler-box" aria-label={data.label}>
      <Handle
        type="target"
        id="in"
        position={Position.Top}
        style={{ left: 24 }}
        className="port-in"
      />
      <header>{t("editor.canvas.eachTime", { name: data.label })}</header>
      <button
        type="button"
        className="plus-in nodrag"
        aria-label={t("editor.canvas.fillBox")}
        onClick={() => startAdding({ kind: "inside", scope: id })}
      >
        ＋
      </button>
    </section>
  )
})

/** What will be there, before it is. */
export const GhostCard = memo(function GhostCard({ data }: NodeProps<GhostNode>) {
  const { catalog, blocks } = useEditor()
  const { t } = useTranslation()
  const block = data.type ? blocks.get(data.type) : undefined
  return (
    <div
      className="card is-ghost"
      style={{ "--group": colorOf(block, catalog) } as React.CSSProperties}
    >
      <Handle
        type="target"
        id="in"
        position={Position.Left}
        style={{ top: 30 }}
        className="port-in"
      />
      <header>
        <span className="tile">{block && <Icon svg={block.icon} size={20} />}</span>
        <span className="words">
          <span className="name">{block?.label ?? t("editor.canvas.ghost")}</span>
        </span>
      </header>
    </div>
  )
})

/** A remark on the canvas: double click to write. */
export const NoteCard = memo(function NoteCard({ id, data, selected }: NodeProps<NoteNode>) {
  const { store } = useEditor()
  const { t } = useTranslation()
  const [typed, setTyped] = useState<string | null>(null)
  const { note, readOnly } = data
  const keep = () => {
    if (typed !== null && typed !== note.text)
      store.getState().edit("note", setNote(id, { text: typed }))
    setTyped(null)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the command "edit" opens it by keyboard
    <div className="note" onDoubleClick={() => !readOnly && setTyped(note.text)}>
      <NodeResizer
        isVisible={selected && !readOnly}
        minWidth={120}
        minHeight={60}
        onResizeEnd={(_, { x, y, width, height }) =>
          store.getState().edit("note", setNote(id, { position: { x, y }, width, height }))
        }
      />
      {typed === null ? (
        <p>{note.text || t("editor.canvas.emptyNote")}</p>
      ) : (
        <textarea
          className="nodrag nowheel"
          // biome-ignore lint/a11y/noAutofocus: writing was asked for by the double click
          autoFocus
          aria-label={t("editor.canvas.note")}
          maxLength={4000}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={keep}
          onKeyDown={(event) => event.key === "Escape" && keep()}
        />
      )}
    </div>
  )
})
