import { CloseOutlined, DownOutlined, UpOutlined } from "@ant-design/icons"
import { Button, Input } from "antd"
import { useEffect, useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { indexOf } from "@/flow/graphs"
import { matchOf } from "@/flow/search"
import { summaryOf } from "@/flow/summary"
import type { FlowNode } from "@/flow/types"
import { nameOf } from "../canvas/labels"
import { type EditorParts, useDocument, useEditor, useEditorSession } from "../context"
import { select } from "../session"

/** Search inside of the flow: names, summaries, ids, and everything written in the forms. */
export function FindBar() {
  const open = useEditorSession((state) => state.dialog === "find")
  return open ? <OpenBar /> : null
}

function OpenBar() {
  const parts = useEditor()
  const { t } = useTranslation()
  const flow = useDocument((state) => state.flow)
  const [query, setQuery] = useState("")
  const [at, setAt] = useState(0)
  const found = useMemo(() => {
    if (query.trim() === "") return []
    const nodes = [...indexOf(flow).nodes.values()].map((one) => one.node)
    return nodes.filter((node) => textsOf(node, parts).some((text) => matchOf(query, text) > 0))
  }, [flow, query, parts])
  useEffect(() => {
    parts.session.setState({ found: new Set(found.map((node) => node.id)) })
  }, [found, parts])
  const go = (index: number) => {
    const next = found[(index + found.length) % Math.max(1, found.length)]
    if (!next) return
    setAt((index + found.length) % found.length)
    select(parts.session, [next.id])
    parts.view.current?.show([next.id])
  }
  const close = () => parts.session.setState({ dialog: null, found: new Set() })
  return (
    <search className="find-bar">
      <Input
        autoFocus
        aria-label={t("editor.find.label")}
        placeholder={t("editor.find.label")}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === "Enter")
            go(event.shiftKey ? at - 1 : query && found.length > 1 ? at + 1 : 0)
          else if (event.key === "Escape") close()
        }}
        suffix={
          <span aria-live="polite">
            {query
              ? t("editor.find.count", { at: found.length ? at + 1 : 0, all: found.length })
              : ""}
          </span>
        }
      />
      <Button
        type="text"
        icon={<UpOutlined />}
        aria-label={t("editor.find.before")}
        onClick={() => go(at - 1)}
      />
      <Button
        type="text"
        icon={<DownOutlined />}
        aria-label={t("editor.find.next")}
        onClick={() => go(at + 1)}
      />
      <Button type="text" icon={<CloseOutlined />} aria-label={t("word.close")} onClick={close} />
    </search>
  )
}

function textsOf(node: FlowNode, parts: EditorParts): string[] {
  const block = parts.blocks.get(node.type)
  return [
    nameOf(node, block),
    block?.label ?? "",
    block ? summaryOf(node, block, parts.catalog) : "",
    node.id,
    node.note ?? "",
    ...values(node.config),
  ]
}

function values(value: unknown): string[] {
  if (typeof value === "string") return [value]
  if (typeof value === "number") return [String(value)]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(values) : []
}
