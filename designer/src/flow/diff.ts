// What differs between two documents, for drawing: which steps and lines are new, gone, changed or
// only moved. The sentences come from the server.

import { graphsOf, indexOf, listsOf, portOf } from "./graphs"
import type { Flow, FlowEdge, FlowNode } from "./types"

export type Mark = "added" | "removed" | "changed" | "moved"

export interface Difference {
  nodes: Map<string, Mark>
  edges: Map<string, Mark>
}

export function differences(before: Flow, after: Flow): Difference {
  const [old, now] = [indexOf(before), indexOf(after)]
  const nodes = new Map<string, Mark>()
  const edges = new Map<string, Mark>()
  for (const [id, found] of now.nodes) {
    const was = old.nodes.get(id)
    if (!was) nodes.set(id, "added")
    else if (was.scope !== found.scope || said(was.node) !== said(found.node)) {
      nodes.set(id, "changed")
    } else if (place(was.node) !== place(found.node)) nodes.set(id, "moved")
  }
  for (const id of old.nodes.keys()) if (!now.nodes.has(id)) nodes.set(id, "removed")
  for (const [id, { edge }] of now.edges) {
    const was = old.edges.get(id)?.edge
    if (!was) edges.set(id, "added")
    else if (way(was) !== way(edge)) edges.set(id, "changed")
  }
  for (const id of old.edges.keys()) if (!now.edges.has(id)) edges.set(id, "removed")
  return { nodes, edges }
}

/** The later document with what was taken out of it put back, so that both can be drawn as one. */
export function together(before: Flow, after: Flow): Flow {
  const both: Flow = structuredClone(after)
  const { nodes, edges } = differences(before, after)
  const old = indexOf(before)
  for (const [id, mark] of nodes) {
    const was = mark === "removed" ? old.nodes.get(id) : undefined
    if (!was) continue
    const place = [...graphsOf(both)].find((one) => one.scope === was.scope)
    const { body: _, handlers: __, ...node } = structuredClone(was.node)
    listsOf(place?.graph ?? both).nodes.push(node)
  }
  for (const [id, mark] of edges) {
    const was = mark === "removed" ? old.edges.get(id)?.edge : undefined
    const place = [...graphsOf(both)].find(({ graph }) =>
      [was?.from, was?.to].every((end) => graph.nodes?.some((node) => node.id === end)),
    )
    if (was && place) listsOf(place.graph).edges.push(structuredClone(was))
  }
  return both
}

/** Whether two documents mean the same and look the same. */
export function isSame(before: Flow, after: Flow): boolean {
  return stable(before) === stable(after)
}

const way = (edge: FlowEdge) => `${edge.from} ${portOf(edge)} ${edge.to}`
const place = (node: FlowNode) => `${node.position?.x ?? 0} ${node.position?.y ?? 0}`

function said(node: FlowNode): string {
  const { position: _, body: __, handlers: ___, version = 1, ...rest } = node
  return stable({ ...rest, version })
}

/** Members in a fixed order, those at their default left out: what the server would keep. */
function stable(value: unknown): string {
  return JSON.stringify(tidied(value))
}

function tidied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidied)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => !isDefault(one))
      .map(([key, one]) => [key, tidied(one)])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  )
}

function isDefault(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true
  return typeof value === "object" && Object.keys(value).length === 0
}
