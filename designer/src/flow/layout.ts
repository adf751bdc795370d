// Where everything would best stand: dagre for each graph, from the innermost box outwards.

import { Graph as Drawing, layout as dagre } from "@dagrejs/dagre"
import { produce } from "immer"
import type { Blocks } from "./catalog"
import { CARD, GAP, onGrid, rectOf, shownPorts } from "./geometry"
import { graphsOf, portOf, positionOf } from "./graphs"
import type { Operation } from "./operations/operation"
import type { Flow, FlowNode, Graph } from "./types"

/** Eight cards in a row: what a screen shows so that it can still be read. */
const WIDE = 8 * CARD.width + 7 * GAP.x

/** Tidies the whole flow, boxes included; the flow's top left stays where it was. */
export function tidy(blocks: Blocks): Operation {
  return (flow) => {
    const places = [...graphsOf(flow)]
    for (const { graph } of places.reverse()) arrange(graph, blocks, graph === flow)
  }
}

/** The flow to be shown: graphs whose steps were never given places, as a document written by hand
 * has them, are tidied; all others stand as they do.
 */
export function placed(flow: Flow, blocks: Blocks): Flow {
  return produce(flow, (draft) => {
    const heaped = [...graphsOf(draft as Flow)].filter(({ graph }) => isHeaped(graph))
    for (const { graph, scope } of heaped.reverse()) arrange(graph, blocks, scope === "")
  })
}

/** Whether steps lie on each other where whatever has no place lies. */
function isHeaped(graph: Graph): boolean {
  const lying = (graph.nodes ?? []).map(positionOf).filter(({ x, y }) => x === 0 && y === 0)
  return lying.length > 1
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
    return { node, x: x - width / 2, y: y - (height + lift) / 2 + lift, width, height }
  })
  if (isWhole) wrap(made)
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

type Placed = ReturnType<typeof rectOf> & { node: FlowNode }

/**
 * Goes on below where a flow is wider than WIDE, as text does in a new line.
 *
 * 1. Steps that share a column stay in one: a new column begins behind the end of the last.
 * 2. Columns fill rows from the left.
 * 3. A row stands below the deepest step of the one before, with room for the line back.
 */
function wrap(made: Placed[]): void {
  const columns: Placed[][] = []
  let end = Number.NEGATIVE_INFINITY
  for (const one of [...made].sort((a, b) => a.x - b.x)) {
    if (one.x >= end) columns.push([])
    columns.at(-1)?.push(one)
    end = Math.max(end, one.x + one.width)
  }
  let row: Placed[] = []
  let lift = 0
  const lay = () => {
    const left = Math.min(...row.map((one) => one.x))
    const top = Math.min(...row.map((one) => one.y))
    for (const one of row) {
      one.x -= left
      one.y += lift - top
    }
    lift = Math.max(...row.map((one) => one.y + one.height)) + 3 * GAP.y
  }
  for (const column of columns) {
    const right = Math.max(...column.map((one) => one.x + one.width))
    if (row.length > 0 && right - Math.min(...row.map((one) => one.x)) > WIDE) {
      lay()
      row = []
    }
    row.push(...column)
  }
  lay()
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
