import i18next from "i18next"
import type { Block, Port } from "@/flow/catalog"
import { extraPorts, portsOf } from "@/flow/ports"
import type { FlowNode, Graph } from "@/flow/types"

/** What a step is called: its own name, else its block's. */
export function nameOf(node: FlowNode, block: Block | undefined): string {
  return node.name || block?.label || node.type
}

/** Every port a card shows, with its label. */
export function labelledPorts(node: FlowNode, block: Block | undefined, graph: Graph): Port[] {
  const extra = extraPorts(node, block, graph).map((id) => ({ id, label: labelOf(id, block) }))
  return [...portsOf(node, block), ...extra]
}

/** What a port beyond the drawn ones is called. */
export function labelOf(port: string, block: Block | undefined): string {
  if (port === "error") return i18next.t("editor.port.error")
  if (port === "timeout") return i18next.t("editor.port.timeout")
  if (port.startsWith("error:")) {
    const code = port.slice("error:".length)
    const label = block?.errors.find((one) => one.code === code)?.label ?? code
    return `${i18next.t("editor.port.error")} · ${label}`
  }
  return port
}
