import { Button, Select, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { findNode, type Line, portOf } from "@/flow/graphs"
import { reconnect } from "@/flow/operations/lines"
import { removeSelection } from "@/flow/operations/removeSelection"
import { labelledPorts, nameOf } from "../canvas/labels"
import { useDocument, useEditor, useEditorSession } from "../context"
import { Labelled } from "./Labelled"

/** A line: from which port it leaves, and where to. */
export function LineForm({ line }: { line: Line }) {
  const { store, blocks, session } = useEditor()
  const { t } = useTranslation()
  const flow = useDocument((state) => state.flow)
  const readOnly = useEditorSession((one) => one.readOnly)
  const { edge, graph } = line
  const source = findNode(flow, edge.from)?.node
  const target = findNode(flow, edge.to)?.node
  if (!source || !target) return null
  const block = blocks.get(source.type)
  const ports = labelledPorts(source, block, graph)
  return (
    <div className="step-form">
      <Typography.Title level={5}>{t("editor.line.title")}</Typography.Title>
      <p>
        {t("editor.line.between", {
          from: nameOf(source, block),
          to: nameOf(target, blocks.get(target.type)),
        })}
      </p>
      <Labelled label={t("editor.line.port")}>
        <Select
          className="wide"
          disabled={readOnly}
          value={portOf(edge)}
          options={ports.map((port) => ({ value: port.id, label: port.label }))}
          onChange={(port) =>
            store.getState().edit("connect", reconnect(edge.id, edge.from, port, edge.to))
          }
        />
      </Labelled>
      <Button
        danger
        disabled={readOnly}
        onClick={() => {
          store.getState().edit("remove", removeSelection([edge.id], blocks))
          session.setState({ selected: new Set() })
        }}
      >
        {t("editor.line.remove")}
      </Button>
    </div>
  )
}
