import type { Blocks } from "../catalog"
import { findNode, listsOf, portOf, positionOf } from "../graphs"
import { portsOf } from "../ports"
import type { Flow, FlowEdge, FlowNode, Graph } from "../types"
import { mainPort, type Operation } from "./operation"

export type Shift = "earlier" | "later"

/** The two neighbours that change places: the first, and what follows it by its only line. */
interface Pair {
  graph: Graph
  first: FlowNode
  second: FlowNode
  between: FlowEdge
}

/** Whether a step can change places with the one before or behind it. */
export function canShift(flow: Flow, blocks: Blocks, id: string, by: Shift): boolean {
  return pairOf(flow, blocks, id, by) !== null
}

/**
 * A step changes places with its neighbour on the line: X → A → B → Y becomes X → B → A → Y.
 *
 * 1. Every line into the first leads to the second.
 * 2. The line between is turned round, by the second's main port.
 * 3. What followed the second now follows the first.
 */
export function shift(id: string, by: Shift, blocks: Blocks): Operation {
  return (flow) => {
    const pair = pairOf(flow, blocks, id, by)
    if (!pair) return
    const { first, second, between } = pair
    const { edges } = listsOf(pair.graph)
    const after = edges.find((edge) => edge.from === second.id)
    const [out, on] = [portOf(between), after ? portOf(after) : mainOf(second, blocks)]
    for (const edge of edges) if (edge.to === first.id) edge.to = second.id
    lead(between, second.id, on ?? "out", first.id)
    if (after) lead(after, first.id, out, after.to)
    const [there, here] = [positionOf(second), positionOf(first)]
    first.position = there
    second.position = here
  }
}

function pairOf(flow: Flow, blocks: Blocks, id: string, by: Shift): Pair | null {
  const found = findNode(flow, id)
  if (!found) return null
  const { edges, nodes } = { edges: found.graph.edges ?? [], nodes: found.graph.nodes ?? [] }
  const [before, ...others] = edges.filter((edge) => edge.to === id)
  const line =
    by === "earlier"
      ? others.length === 0
        ? before
        : undefined
      : only(edges.filter((edge) => edge.from === id))
  const first = nodes.find((node) => node.id === line?.from)
  const second = nodes.find((node) => node.id === line?.to)
  if (!line || !first || !second || blocks.get(first.type)?.kind === "trigger") return null
  const isStraight =
    edges.filter((edge) => edge.from === first.id).length === 1 &&
    edges.filter((edge) => edge.to === second.id).length === 1 &&
    edges.filter((edge) => edge.from === second.id).length <= 1 &&
    mainOf(second, blocks) !== null
  return isStraight ? { graph: found.graph, first, second, between: line } : null
}

const only = (edges: FlowEdge[]) => (edges.length === 1 ? edges[0] : undefined)
const mainOf = (node: FlowNode, blocks: Blocks) => mainPort(portsOf(node, blocks.get(node.type)))

function lead(edge: FlowEdge, from: string, port: string, to: string): void {
  edge.from = from
  edge.to = to
  if (port === "out") delete edge.port
  else edge.port = port
}
