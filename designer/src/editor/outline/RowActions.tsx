import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Tooltip } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import type { Port } from "@/flow/catalog"
import { removeSelection } from "@/flow/operations/removeSelection"
import { canShift, type Shift, shift } from "@/flow/operations/shift"
import type { Row } from "@/flow/outline"
import type { FlowNode } from "@/flow/types"
import { useAddStep, type Wish } from "../adding"
import { useDocument, useEditor, useEditorSession } from "../context"
import { select } from "../session"
import { freePort } from "../wishes"
import { Cell } from "./Cell"

/** What can be done with a step in its row: the same operations as on the canvas. */
export function StepActions({ row, name }: { row: Row & { kind: "step" }; name: string }) {
  const parts = useEditor()
  const { store, session, blocks } = parts
  const { t } = useTranslation()
  const flow = useDocument((state) => state.flow)
  const { id } = row.node
  const startAdding = useAddStep()
  const edit = store.getState().edit
  const port = freePort(parts, id)
  const move = (by: Shift) => {
    edit("move", shift(id, by, blocks))
    parts.view.current?.focus(id)
  }
  return (
    <Actions>
      <Act
        label={t("editor.outline.addAfter", { name })}
        icon={<PlusOutlined />}
        disabled={port === null}
        run={() => port !== null && startAdding({ kind: "behind", from: id, port })}
      />
      <Act
        label={t("editor.outline.earlier", { name })}
        icon={<ArrowUpOutlined />}
        disabled={!canShift(flow, blocks, id, "earlier")}
        run={() => move("earlier")}
      />
      <Act
        label={t("editor.outline.later", { name })}
        icon={<ArrowDownOutlined />}
        disabled={!canShift(flow, blocks, id, "later")}
        run={() => move("later")}
      />
      <Act
        label={t("editor.outline.remove", { name })}
        icon={<DeleteOutlined />}
        run={() => {
          edit("remove", removeSelection([id], blocks))
          select(session, [])
        }}
      />
    </Actions>
  )
}

/** Adds at the beginning of a way: in front of what is there, or as the first. */
export function AddOn({ node, port, edge }: { node: FlowNode; port: Port; edge: string | null }) {
  const { t } = useTranslation()
  const wish: Wish =
    edge === null
      ? { kind: "behind", from: node.id, port: port.id }
      : { kind: "line", edge, near: { x: 0, y: 0 } }
  return <AddAt label={t("editor.canvas.addBehind", { port: port.label })} wish={wish} />
}

export function AddInto({ scope }: { scope: string }) {
  const { t } = useTranslation()
  return <AddAt label={t("editor.canvas.fillBox")} wish={{ kind: "inside", scope }} />
}

function AddAt({ label, wish }: { label: string; wish: Wish }) {
  const startAdding = useAddStep()
  return (
    <Actions>
      <Act label={label} icon={<PlusOutlined />} run={() => startAdding(wish)} />
    </Actions>
  )
}

function Actions({ children }: { children: ReactNode }) {
  const readOnly = useEditorSession((session) => session.readOnly)
  if (readOnly) return null
  return <Cell className="outline-actions">{children}</Cell>
}

interface ActProps {
  label: string
  icon: ReactNode
  disabled?: boolean
  run: () => void
}

function Act({ label, icon, disabled = false, run }: ActProps) {
  return (
    <Tooltip title={label} mouseEnterDelay={0.5}>
      <Button
        type="text"
        size="small"
        icon={icon}
        aria-label={label}
        disabled={disabled}
        onClick={(event) => {
          event.stopPropagation()
          run()
        }}
      />
    </Tooltip>
  )
}
