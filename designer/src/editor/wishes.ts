// Where the next step belongs when nobody said so: behind what is selected, else in the middle.

import type { Block } from "@/flow/catalog"
import { CARD } from "@/flow/geometry"
import { findNode } from "@/flow/graphs"
import { portsOf, usedPorts } from "@/flow/ports"
import type { Wish } from "./adding"
import type { EditorParts } from "./context"

export function wishOf(parts: EditorParts, block: Block | null): Wish {
  const { flow } = parts.store.getState()
  const [only, more] = parts.session.getState().selected
  const found = only === undefined ? undefined : findNode(flow, only)
  if (found && more === undefined && block?.kind !== "trigger") {
    const behind = freePort(parts, found.node.id)
    if (behind !== null) return { kind: "behind", from: found.node.id, port: behind }
    if (found.node.body) return { kind: "inside", scope: found.node.id }
  }
  const middle = parts.view.current?.middle() ?? { x: 0, y: 0 }
  // The first step stands at the left: the others come behind it.
  const x = flow.nodes?.length ? middle.x : middle.x - 1.25 * CARD.width
  return { kind: "free", scope: "", near: { x, y: middle.y } }
}

/** The first port no line leaves by; the first of all when every one is taken; null without any. */
export function freePort(parts: EditorParts, id: string): string | null {
  const found = findNode(parts.store.getState().flow, id)
  if (!found) return null
  const ports = portsOf(found.node, parts.blocks.get(found.node.type)).map((port) => port.id)
  const used = usedPorts(found.graph).get(id)
  return ports.find((port) => !used?.has(port)) ?? ports[0] ?? null
}
