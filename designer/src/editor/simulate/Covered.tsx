import { Button, Popover } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { findEdge, findNode } from "@/flow/graphs"
import { labelledPorts, nameOf } from "../canvas/labels"
import { type EditorParts, useDocument, useEditor } from "../context"
import { select } from "../session"
import type { Report } from "./report"

/** "已试到 14/15 条路径"; a click lists the lines no run has taken, another goes to one of them. */
export function Covered({ report }: { report: Report | null | undefined }) {
  const parts = useEditor()
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const flow = useDocument((state) => state.flow)
  const covered = report?.coverage.covered.lines
  if (!report || !covered) return null
  const missing = report.coverage.never.lines.filter((id) => findEdge(flow, id))
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="topLeft"
      title={missing.length > 0 ? t("editor.trial.untaken") : t("editor.trial.allTaken")}
      content={
        <ul className="untaken">
          {missing.map((id) => (
            <li key={id}>
              <Button type="link" size="small" onClick={() => goToLine(parts, id)}>
                {sayLine(parts, id)}
              </Button>
            </li>
          ))}
        </ul>
      }
    >
      <Button
        size="small"
        type="text"
        className={covered[0] === covered[1] ? "covered is-all" : "covered"}
      >
        {t("editor.trial.covered", {
          done: covered[0],
          all: covered[1],
          runs: report.coverage.runs,
        })}
      </Button>
    </Popover>
  )
}

/** "大额订单？ · 否 → 发消息". */
export function sayLine(parts: EditorParts, id: string): string {
  const { flow } = parts.store.getState()
  const line = findEdge(flow, id)
  const from = line && findNode(flow, line.edge.from)
  const to = line && findNode(flow, line.edge.to)
  if (!line || !from || !to) return id
  const block = parts.blocks.get(from.node.type)
  const ports = labelledPorts(from.node, block, from.graph)
  const port = ports.find((one) => one.id === (line.edge.port ?? "out"))?.label ?? line.edge.port
  const name = nameOf(from.node, block)
  const target = nameOf(to.node, parts.blocks.get(to.node.type))
  return ports.length > 1 ? `${name} · ${port} → ${target}` : `${name} → ${target}`
}

/** Selects a line and brings it into the middle. */
export function goToLine(parts: EditorParts, id: string): void {
  const line = findEdge(parts.store.getState().flow, id)
  if (!line) return
  select(parts.session, [id])
  parts.view.current?.show([line.edge.from, line.edge.to])
}
