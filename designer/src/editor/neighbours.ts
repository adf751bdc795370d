// Walking the canvas by arrow keys: along lines to the right and left, to the nearest up and down.

import type { Blocks } from "@/flow/catalog"
import { shownPorts } from "@/flow/geometry"
import { findNode, portOf, positionOf } from "@/flow/graphs"
import type { Flow, FlowNode, Position } from "@/flow/types"

export type Where = "left" | "right" | "up" | "down"

/** The next step in a direction; into a box and out of it too. */
export function neighbour(flow: Flow, blocks: Blocks, from: string, where: Where): string | null {
  const found = findNode(flow, from)
  if (!found) return null
  const { node, graph, scope } = found
  const edges = graph.edges ?? []
  if (where === "right") {
    const ports = shownPorts(node, blocks, graph)
    const next = edges
      .filter((edge) => edge.from === from)
      .sort((a, b) => ports.indexOf(portOf(a)) - ports.indexOf(portOf(b)))[0]?.to
    return next ?? nearest(node, graph.nodes ?? [], where)
  }
  if (where === "left") {
    const before = edges.find((edge) => edge.to === from)?.from
    return before ?? nearest(node, graph.nodes ?? [], where) ?? (scope.split("#")[0] || null)
  }
  const inner = where === "down" ? node.body?.nodes?.[0]?.id : undefined
  return inner ?? nearest(node, graph.nodes ?? [], where)
}

function nearest(from: FlowNode, nodes: readonly FlowNode[], where: Where): string | null {
  const at = positionOf(from)
  let best: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const node of nodes) {
    const away = distance(at, positionOf(node), where)
    if (node.id !== from.id && away < least) {
      least = away
      best = node.id
    }
  }
  return best
}

/** How far a place is in a direction; what lies aside counts twice. */
function distance(from: Position, to: Position, where: Where): number {
  const [x, y] = [to.x - from.x, to.y - from.y]
  const along = { left: -x, right: x, up: -y, down: y }[where]
  const aside = where === "left" || where === "right" ? Math.abs(y) : Math.abs(x)
  return along <= 0 ? Number.POSITIVE_INFINITY : along + 2 * aside
}
