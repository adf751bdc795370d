// Finding one's way in a document: every graph, step and line of it. Ids of steps and lines are
// unique over the whole document, boxes included.

import { isDraft } from "immer"
import type { Flow, FlowEdge, FlowNode, Graph, Position } from "./types"

/** Which graph: "" the flow itself, "n5" the body of n5, "n5#urge" its handler at port urge. */
export type ScopeId = string

export interface Found {
  node: FlowNode
  scope: ScopeId
  graph: Graph
}

export interface Line {
  edge: FlowEdge
  scope: ScopeId
  graph: Graph
}

export interface Place {
  scope: ScopeId
  graph: Graph
  holder: FlowNode | null
}

/** Every graph of the document, a box after the graph that holds it. */
export function* graphsOf(flow: Flow): Generator<Place> {
  const waiting: Place[] = [{ scope: "", graph: flow, holder: null }]
  for (let place = waiting.shift(); place; place = waiting.shift()) {
    yield place
    for (const node of place.graph.nodes ?? []) {
      if (node.body) waiting.push({ scope: node.id, graph: node.body, holder: node })
      for (const [port, graph] of Object.entries(node.handlers ?? {})) {
        waiting.push({ scope: `${node.id}#${port}`, graph, holder: node })
      }
    }
  }
}

interface Index {
  nodes: Map<string, Found>
  edges: Map<string, Line>
  places: Map<ScopeId, Place>
}

const kept = new WeakMap<Flow, Index>()

/** Everything by id; made once per version of the document. */
export function indexOf(flow: Flow): Index {
  const known = kept.get(flow)
  if (known) return known
  const index: Index = { nodes: new Map(), edges: new Map(), places: new Map() }
  for (const place of graphsOf(flow)) {
    const { scope, graph } = place
    index.places.set(scope, place)
    for (const node of graph.nodes ?? []) index.nodes.set(node.id, { node, scope, graph })
    for (const edge of graph.edges ?? []) index.edges.set(edge.id, { edge, scope, graph })
  }
  // A draft changes under way: what was found in it holds for the moment only.
  if (!isDraft(flow)) kept.set(flow, index)
  return index
}

export const findNode = (flow: Flow, id: string) => indexOf(flow).nodes.get(id)
export const findEdge = (flow: Flow, id: string) => indexOf(flow).edges.get(id)
export const graphAt = (flow: Flow, scope: ScopeId) => indexOf(flow).places.get(scope)?.graph

/** The step a scope belongs to; null for the flow itself. */
export function holderOf(scope: ScopeId): string | null {
  return scope === "" ? null : (scope.split("#")[0] ?? null)
}

/** The lists of a graph, made where they were left out; for operations on a draft. */
export function listsOf(graph: Graph): { nodes: FlowNode[]; edges: FlowEdge[] } {
  graph.nodes ??= []
  graph.edges ??= []
  return { nodes: graph.nodes, edges: graph.edges }
}

export const portOf = (edge: FlowEdge) => edge.port ?? "out"
/** Where something stands; the server leaves out a coordinate that is 0. */
export function positionOf(thing: { position?: Partial<Position> }): Position {
  return { x: thing.position?.x ?? 0, y: thing.position?.y ?? 0 }
}

/** Every step inside a step, however deep. */
export function* inside(node: FlowNode): Generator<FlowNode> {
  for (const graph of [node.body, ...Object.values(node.handlers ?? {})]) {
    for (const inner of graph?.nodes ?? []) {
      yield inner
      yield* inside(inner)
    }
  }
}
