import { Handle, type NodeProps, Position } from "@xyflow/react"
import { memo, useMemo } from "react"
import type { Port } from "@/flow/catalog"
import { portOffset } from "@/flow/geometry"
import { isError } from "@/flow/ports"
import { summaryOf } from "@/flow/summary"
import { Icon } from "@/ui/Icon"
import { useAddStep } from "../adding"
import { useEditor, useEditorSession } from "../context"
import { colorOf } from "./colors"
import { nameOf } from "./labels"
import { Marks } from "./Marks"
import type { CardNode } from "./toReactFlow"

/** A step: everything on it is read off the catalog. */
export const NodeCard = memo(Card, (a, b) => a.id === b.id && a.data === b.data)

function Card({ id, data }: NodeProps<CardNode>) {
  const { node, block, ports, used, header } = data
  const { catalog, t } = useEditor()
  const mark = useEditorSession((session) => session.marks.get(id))
  const light = useEditorSession((session) => session.lights.get(id))
  const found = useEditorSession((session) => session.found.has(id))
  const took = useEditorSession((session) => session.times.get(id))
  const name = nameOf(node, block)
  const summary = useMemo(
    () => (block ? summaryOf(node, block, catalog) : ""),
    [node, block, catalog],
  )
  const taken = used.split(",")
  const looks = [
    "card",
    node.body && "has-body",
    light && `light-${light}`,
    mark && `mark-${mark}`,
    found && "is-found",
  ]
  return (
    <article
      className={looks.filter(Boolean).join(" ")}
      style={{ "--group": colorOf(block, catalog) } as React.CSSProperties}
      aria-label={name}
      title={took}
    >
      {block?.kind !== "trigger" && (
        <Handle
          type="target"
          id="in"
          position={Position.Left}
          style={{ top: portOffset(0, 1) }}
          className="port-in"
        />
      )}
      <header>
        <span className="tile">
          <Icon svg={block?.icon ?? ""} size={20} />
        </span>
        <span className="words">
          <span className="name" title={took ? undefined : name}>
            {name}
          </span>
          <span className="summary" title={took ? undefined : summary}>
            {block ? summary || (node.name ? block.label : "") : t("editor.canvas.unknownBlock")}
          </span>
        </span>
        <Marks id={id} node={node} block={block} />
      </header>
      {ports.map((port, index) => (
        <PortOut
          key={port.id}
          step={id}
          port={port}
          isLabelled={ports.length > 1}
          top={portOffset(index, ports.length)}
          isFree={!taken.includes(port.id)}
        />
      ))}
      {node.body && (
        <div className="body" style={{ top: header }}>
          {(node.body.nodes ?? []).length === 0 && <EmptyBody id={id} />}
        </div>
      )}
    </article>
  )
}

interface PortProps {
  step: string
  port: Port
  isLabelled: boolean
  top: number
  isFree: boolean
}

function PortOut({ step, port, isLabelled, top, isFree }: PortProps) {
  const { t } = useEditor()
  const startAdding = useAddStep()
  const looks = `port-out${isError(port.id) ? " is-error" : ""}${isFree ? " is-free" : ""}`
  return (
    <>
      {isLabelled && (
        <span className="port-label" style={{ top }} title={port.label}>
          {port.label}
        </span>
      )}
      <Handle
        type="source"
        id={port.id}
        position={Position.Right}
        style={{ top }}
        className={looks}
      >
        {isFree && (
          <button
            type="button"
            className="plus nopan"
            tabIndex={-1}
            aria-label={t("editor.canvas.addBehind", { port: port.label })}
            title={t("editor.canvas.addBehind", { port: port.label })}
            onClick={(event) => {
              event.stopPropagation()
              startAdding({ kind: "behind", from: step, port: port.id })
            }}
          >
            <svg viewBox="0 0 12 12" aria-hidden="true">
              <path d="M2 6h8M6 2v8" />
            </svg>
          </button>
        )}
      </Handle>
    </>
  )
}

function EmptyBody({ id }: { id: string }) {
  const { t } = useEditor()
  const startAdding = useAddStep()
  const readOnly = useEditorSession((session) => session.readOnly)
  if (readOnly) return <span className="empty">{t("editor.canvas.emptyBox")}</span>
  return (
    <button
      type="button"
      className="empty nodrag"
      onClick={(event) => {
        event.stopPropagation()
        startAdding({ kind: "inside", scope: id })
      }}
    >
      ＋ {t("editor.canvas.fillBox")}
    </button>
  )
}
