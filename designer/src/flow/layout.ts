// Where everything would best stand: dagre for each graph, from the innermost box outwards.

import { Graph as Drawing, layout as dagre } from "@dagrejs/dagre"
import type { Blocks } from "./catalog"
import { CARD, GAP, onGrid, rectOf, shownPorts } from "./geometry"
import { graphsOf, portOf, positionOf } from "./graphs"
import type { Operation } from "./operations/operation"
import type { FlowNode, Graph } from "./types"

/** Tidies the whole flow, boxes included; the flow's top left stays where it was. */
export function tidy(blocks: Blocks): Operation {
  return (flow) => {
    const places = [...graphsOf(flow)]
    for (const { graph } of places.reverse()) arrange(graph, blocks, graph === flow)
  }
}

function arrange(graph: Graph, blocks: Blocks, isWhole: boolean): void {
  const nodes = graph.nodes ?? []
  if (nodes.length === 0) return
  const drawing = new Drawing({ multigraph: true })
  drawing.setGraph({ rankdir: "LR", nodesep: GAP.y, ranksep: GAP.x, marginx: 0, marginy: 0 })
  drawing.setDefaultEdgeLabel(() => ({}))
  for (const node of inOrder(graph, blocks)) {
    const { width, height, lift } = spaceOf(node, blocks, graph)
    drawing.setNode(node.id, { width, height: height + lift })
  }
  for (const edge of graph.edges ?? []) {
    if (drawing.hasNode(edge.from) && drawing.hasNode(edge.to)) {
      drawing.setEdge(edge.from, edge.to, {}, edge.id)
    }
  }
  dagre(drawing)
  const made = nodes.map((node) => {
    const { x, y } = drawing.node(node.id) as { x: number; y: number }
    const { width, height, lift } = spaceOf(node, blocks, graph)
    return { node, x: x - width / 2, y: y - (height + lift) / 2 + lift }
  })
  const left = Math.min(...made.map((one) => one.x))
  const top = Math.min(...made.map((one) => one.y))
  const start = isWhole
    ? {
        x: Math.min(...nodes.map((node) => positionOf(node).x)),
        y: Math.min(...nodes.map((node) => positionOf(node).y)),
      }
    : { x: 0, y: 0 }
  for (const { node, x, y } of made) {
    node.position = onGrid({ x: x - left + start.x, y: y - top + start.y })
  }
}

/** A card's space, with so much above it (`lift`) that its entry is in the middle: lines run straight. */
function spaceOf(node: FlowNode, blocks: Blocks, graph: Graph) {
  const { width, height } = rectOf(node, blocks, graph)
  const lift = node.body || node.handlers ? 0 : Math.max(0, height - CARD.header)
  return { width, height, lift }
}

/** Steps as one walks from the starts, upper ports first: the order dagre keeps where it can. */
function inOrder(graph: Graph, blocks: Blocks): FlowNode[] {
  const byId = new Map((graph.nodes ?? []).map((node) => [node.id, node]))
  const entered = new Set((graph.edges ?? []).map((edge) => edge.to))
  const order: FlowNode[] = []
  const seen = new Set<string>()
  const waiting = [...byId.values()].filter((node) => !entered.has(node.id)).reverse()
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (seen.has(node.id)) continue
    seen.add(node.id)
    order.push(node)
    const ports = shownPorts(node, blocks, graph)
    const next = (graph.edges ?? [])
      .filter((edge) => edge.from === node?.id)
      .sort((a, b) => ports.indexOf(portOf(b)) - ports.indexOf(portOf(a)))
      .flatMap((edge) => byId.get(edge.to) ?? [])
    waiting.push(...next)
  }
  return [...order, ...[...byId.values()].filter((node) => !seen.has(node.id))]
}
