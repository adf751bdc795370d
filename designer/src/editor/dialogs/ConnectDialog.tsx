import { Alert, Button, Modal, Select, Space } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { findNode } from "@/flow/graphs"
import { connect } from "@/flow/operations/lines"
import { refuses } from "@/flow/ports"
import { find } from "@/flow/search"
import { labelledPorts, nameOf } from "../canvas/labels"
import { useDocument, useEditor, useEditorSession } from "../context"
import { Labelled } from "../inspector/Labelled"
import { freePort } from "../wishes"

/** Draws a line by keyboard: by which port of the selected step, and to which other step. */
export function ConnectDialog() {
  const { session } = useEditor()
  const { t } = useTranslation()
  const open = useEditorSession((state) => state.dialog === "connect")
  const from = useEditorSession((state) => [...state.selected][0])
  return (
    <Modal
      open={open && from !== undefined}
      title={t("editor.connect.title")}
      footer={null}
      width={440}
      destroyOnHidden
      onCancel={() => session.setState({ dialog: null })}
    >
      {from !== undefined && <Ends from={from} />}
    </Modal>
  )
}

function Ends({ from }: { from: string }) {
  const parts = useEditor()
  const { store, session, blocks } = parts
  const { t } = useTranslation()
  const flow = useDocument((state) => state.flow)
  const [port, setPort] = useState(() => freePort(parts, from) ?? "out")
  const [to, setTo] = useState<string | null>(null)
  const [query, setQuery] = useState("")
  const found = findNode(flow, from)
  if (!found) return null
  const block = blocks.get(found.node.type)
  const others = (found.graph.nodes ?? [])
    .filter((node) => node.id !== from && blocks.get(node.type)?.kind !== "trigger")
    .map((node) => ({ value: node.id, label: nameOf(node, blocks.get(node.type)) }))
  const shown = find(query, others, (one) => [one.label, one.value])
  const refused = to === null ? null : refuses(flow, blocks, from, port, to)
  const close = () => {
    session.setState({ dialog: null })
    requestAnimationFrame(() => parts.view.current?.focus(from))
  }
  const draw = () => {
    if (to === null || refused) return
    store.getState().edit("connect", connect(from, port, to))
    close()
  }
  return (
    <form
      className="connect"
      onSubmit={(event) => {
        event.preventDefault()
        draw()
      }}
    >
      <p>{t("editor.connect.from", { name: nameOf(found.node, block) })}</p>
      <Labelled label={t("editor.line.port")}>
        <Select
          className="wide"
          value={port}
          options={labelledPorts(found.node, block, found.graph).map((one) => ({
            value: one.id,
            label: one.label,
          }))}
          onChange={setPort}
        />
      </Labelled>
      <Labelled label={t("editor.connect.to")}>
        <Select<string>
          className="wide"
          autoFocus
          showSearch={{ filterOption: false, onSearch: setQuery }}
          value={to}
          options={shown}
          onChange={setTo}
        />
      </Labelled>
      {refused && <Alert type="warning" title={t(`editor.refused.${refused.code}`)} />}
      <Space className="publish-actions">
        <Button onClick={close}>{t("word.cancel")}</Button>
        <Button type="primary" htmlType="submit" disabled={to === null || refused !== null}>
          {t("editor.connect.draw")}
        </Button>
      </Space>
    </form>
  )
}
