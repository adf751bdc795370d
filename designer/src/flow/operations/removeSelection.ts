import type { Blocks } from "../catalog"
import { findEdge, findNode, listsOf, portOf } from "../graphs"
import { freshId, takenIds } from "../ids"
import { reaches } from "../ports"
import type { Flow, Graph } from "../types"
import type { Operation } from "./operation"

/** Takes away steps, lines and notes; a line through a removed step is healed. */
export function removeSelection(ids: Iterable<string>, blocks: Blocks): Operation {
  return (flow) => {
    const gone = new Set(ids)
    for (const id of gone) {
      const line = findEdge(flow, id)
      if (line) listsOf(line.graph).edges.splice(line.graph.edges?.indexOf(line.edge) ?? 0, 1)
    }
    for (const id of gone) {
      const found = findNode(flow, id)
      if (!found) continue
      heal(flow, found.graph, id, blocks)
      const { nodes, edges } = listsOf(found.graph)
      found.graph.edges = edges.filter((edge) => edge.from !== id && edge.to !== id)
      nodes.splice(nodes.indexOf(found.node), 1)
    }
    if (flow.notes?.some((note) => gone.has(note.id))) {
      flow.notes = flow.notes.filter((note) => !gone.has(note.id))
    }
  }
}

/** Joins what came before a step to what follows it, if it is clear what follows. */
export function heal(flow: Flow, graph: Graph, id: string, _blocks: Blocks): void {
  const { edges } = listsOf(graph)
  const after = new Set(
    edges.filter((edge) => edge.from === id && !portOf(edge).startsWith("error")).map((e) => e.to),
  )
  const [to] = after
  if (after.size !== 1 || to === undefined) return
  const taken = takenIds(flow)
  for (const edge of edges.filter((one) => one.to === id)) {
    const same = edges.some(
      (e) => e.from === edge.from && e.to === to && portOf(e) === portOf(edge),
    )
    if (same || reaches(edges, to, edge.from)) continue
    edges.push({ ...edge, id: freshId(taken, "e"), to })
  }
}
