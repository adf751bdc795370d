import { memo, useMemo } from "react"
import { useTranslation } from "react-i18next"
import type { Port } from "@/flow/catalog"
import { idOf, type Row } from "@/flow/outline"
import { summaryOf } from "@/flow/summary"
import type { FlowNode } from "@/flow/types"
import { Icon } from "@/ui/Icon"
import { colorOf } from "../canvas/colors"
import { nameOf } from "../canvas/labels"
import { Marks } from "../canvas/Marks"
import { useEditor, useEditorSession } from "../context"
import type { Light } from "../lights"
import { select } from "../session"
import { Cell } from "./Cell"
import { AddInto, AddOn, StepActions } from "./RowActions"

interface Props {
  row: Row
  number: number
  isCurrent: boolean
  isSelected: boolean
}

/** One row: a step, a way out of it, the inside of a box, or where a way joins another. */
export const OutlineRow = memo(function OutlineRow({ row, number, isCurrent, isSelected }: Props) {
  const { session } = useEditor()
  const id = idOf(row)
  const light = useEditorSession((one) => (id === null ? undefined : one.lights.get(id)))
  const take = () => {
    const { selected } = session.getState()
    if (id !== null && !(selected.size === 1 && selected.has(id))) select(session, [id])
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of any depth are no table
    <div
      role="row"
      aria-level={row.depth + 1}
      aria-rowindex={number}
      aria-selected={isSelected}
      tabIndex={isCurrent ? 0 : -1}
      data-id={row.kind === "step" ? row.node.id : undefined}
      data-key={row.key}
      className={`outline-row is-${row.kind}${light ? ` light-${light}` : ""}`}
      style={{ "--depth": Math.min(row.depth, 12) } as React.CSSProperties}
      onFocus={take}
      onClick={take}
      onKeyDown={undefined}
    >
      {row.kind === "step" && <Step node={row.node} light={light} row={row} />}
      {row.kind === "way" && <Way node={row.node} port={row.port} row={row} />}
      {row.kind === "jump" && <Jump to={row.to} />}
      {row.kind === "box" && <Box row={row} />}
    </div>
  )
})

function Step(props: { node: FlowNode; light: Light | undefined; row: Row & { kind: "step" } }) {
  const { node, light, row } = props
  const { catalog, blocks, session } = useEditor()
  const { t } = useTranslation()
  const block = blocks.get(node.type)
  const name = nameOf(node, block)
  const count = useEditorSession((one) => (row.edge === null ? undefined : one.heat.get(row.edge)))
  const summary = useMemo(
    () => (block ? summaryOf(node, block, catalog) : ""),
    [node, block, catalog],
  )
  return (
    <>
      <Cell
        className="outline-step"
        style={{ "--group": colorOf(block, catalog) } as React.CSSProperties}
      >
        <button
          type="button"
          tabIndex={-1}
          aria-label={t("editor.outline.open", { name })}
          onClick={() => {
            select(session, [node.id])
            session.setState({ inspector: true })
          }}
        >
          <span className="tile">
            <Icon svg={block?.icon ?? ""} size={18} />
          </span>
          <span className="words">
            <span className="name">{name}</span>
            <span className="summary">
              {block ? summary || (node.name ? block.label : "") : t("editor.canvas.unknownBlock")}
            </span>
          </span>
        </button>
        <Marks id={node.id} node={node} block={block} />
        {light && <span className="outline-light">{t(`editor.light.${light}`)}</span>}
        {count !== undefined && (
          <span className="outline-count">{t("editor.heat.times", { count })}</span>
        )}
      </Cell>
      <StepActions row={row} name={name} />
    </>
  )
}

function Way({ node, port, row }: { node: FlowNode; port: Port; row: Row & { kind: "way" } }) {
  const { t } = useTranslation()
  return (
    <>
      <Cell className="outline-way">
        {t("editor.outline.way", { name: port.label })}
        {row.isEmpty && <em>{t("editor.outline.nothing")}</em>}
      </Cell>
      <AddOn node={node} port={port} edge={row.edge} />
    </>
  )
}

function Jump({ to }: { to: FlowNode }) {
  const parts = useEditor()
  const { t } = useTranslation()
  const name = nameOf(to, parts.blocks.get(to.type))
  return (
    <Cell className="outline-jump">
      <button
        type="button"
        tabIndex={-1}
        onClick={(event) => {
          event.stopPropagation()
          select(parts.session, [to.id])
          parts.view.current?.focus(to.id)
        }}
      >
        {t("editor.outline.jump", { name })}
      </button>
    </Cell>
  )
}

function Box({ row }: { row: Row & { kind: "box" } }) {
  const { t } = useTranslation()
  return (
    <>
      <Cell className="outline-way">
        {row.port
          ? t("editor.canvas.eachTime", { name: row.port.label })
          : t("editor.outline.inside")}
        {row.isEmpty && <em>{t("editor.canvas.emptyBox")}</em>}
      </Cell>
      {row.isEmpty && <AddInto scope={row.scope} />}
    </>
  )
}
