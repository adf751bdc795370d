// Steps as text: copied from one flow, pasted into the same or another with new ids.

import { around, type Rect } from "./geometry"
import { findNode, graphAt, listsOf, positionOf, type ScopeId } from "./graphs"
import { freshId, stemOf, takenIds } from "./ids"
import { type Operation, openGraph } from "./operations/operation"
import type { Flow, FlowNode, Graph, Json, Note, Position } from "./types"

const FORMAT = "jimu.steps/1"

interface Piece {
  format: typeof FORMAT
  nodes: FlowNode[]
  edges: Graph["edges"]
  notes: Note[]
}

/** The chosen steps of one graph, the lines between them, and notes, as text. */
export function copyText(flow: Flow, ids: Iterable<string>): string | null {
  const chosen = new Set(ids)
  const scope = [...chosen].map((id) => findNode(flow, id)?.scope).find((one) => one !== undefined)
  const graph = scope === undefined ? undefined : graphAt(flow, scope)
  const nodes = (graph?.nodes ?? []).filter((node) => chosen.has(node.id))
  const notes = (flow.notes ?? []).filter((note) => chosen.has(note.id))
  if (nodes.length === 0 && notes.length === 0) return null
  const edges = (graph?.edges ?? []).filter((e) => chosen.has(e.from) && chosen.has(e.to))
  const piece: Piece = { format: FORMAT, nodes, edges, notes }
  return JSON.stringify(piece, null, 1)
}

/** What a text holds to be pasted: steps that were copied, or a whole flow; null when neither. */
export function readPiece(text: string): Piece | null {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof found !== "object" || found === null) return null
  const piece = found as Partial<Piece> & { format?: string }
  if (piece.format !== FORMAT && piece.format !== "jimu.flow/1") return null
  if (!isList(piece.nodes) || !isList(piece.edges ?? []) || !isList(piece.notes ?? [])) return null
  const nodes = piece.nodes.filter(
    (node) => typeof node?.id === "string" && typeof node?.type === "string",
  )
  const known = new Set(nodes.map((node) => node.id))
  const edges = (piece.edges ?? []).filter((edge) => known.has(edge?.from) && known.has(edge?.to))
  return { format: FORMAT, nodes, edges, notes: piece.notes ?? [] }
}

const isList = (value: unknown): value is FlowNode[] => Array.isArray(value)

/** Where a piece lies. */
export function pieceBounds(piece: Piece): Rect {
  return around(
    [...piece.nodes, ...piece.notes].map((one) => ({ ...positionOf(one), width: 0, height: 0 })),
  )
}

/** Puts a piece into a graph, its top left at `at`; `made` gets the new ids. */
export function paste(piece: Piece, scope: ScopeId, at: Position, made: Set<string>): Operation {
  return (flow) => {
    const graph = openGraph(flow, scope)
    if (!graph) return
    const taken = takenIds(flow)
    const from = pieceBounds(piece)
    const names = new Map<string, string>()
    name(piece, names, taken)
    const lists = listsOf(graph)
    const copied = renamed(piece, names)
    for (const node of copied.nodes ?? []) {
      const place = positionOf(node)
      node.position = { x: place.x - from.x + at.x, y: place.y - from.y + at.y }
      lists.nodes.push(node)
      made.add(node.id)
    }
    lists.edges.push(...(copied.edges ?? []))
    for (const note of piece.notes) {
      const place = positionOf(note)
      const id = freshId(taken, "note")
      flow.notes ??= []
      const position = { x: place.x - from.x + at.x, y: place.y - from.y + at.y }
      flow.notes.push({ ...structuredClone(note), id, position })
      made.add(id)
    }
  }
}

/** New ids for all steps and lines of a graph and its boxes. */
function name(graph: Graph, names: Map<string, string>, taken: Set<string>): void {
  for (const node of graph.nodes ?? []) {
    names.set(node.id, freshId(taken, stemOf(node.type)))
    for (const inner of [node.body, ...Object.values(node.handlers ?? {})]) {
      if (inner) name(inner, names, taken)
    }
  }
  for (const edge of graph.edges ?? []) names.set(edge.id, freshId(taken, "e"))
}

function renamed(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const to = (id: string) => names.get(id) ?? id
  return {
    nodes: (graph.nodes ?? []).map((node) => {
      const copy: FlowNode = structuredClone(node)
      copy.id = to(node.id)
      if (copy.config) copy.config = rewritten(copy.config, names) as FlowNode["config"] & object
      if (node.body) copy.body = renamed(node.body, names)
      if (node.handlers) {
        copy.handlers = Object.fromEntries(
          Object.entries(node.handlers).map(([port, inner]) => [port, renamed(inner, names)]),
        )
      }
      return copy
    }),
    edges: (graph.edges ?? []).map((edge) => ({
      ...edge,
      id: to(edge.id),
      from: to(edge.from),
      to: to(edge.to),
    })),
  }
}

/** `steps.wait1.at` of a copied step reads the copy. */
function rewritten(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value === "string") {
    return value.replace(/\bsteps\.([A-Za-z][A-Za-z0-9_]*)/g, (whole, id: string) => {
      const next = names.get(id)
      return next ? `steps.${next}` : whole
    })
  }
  if (Array.isArray(value)) return value.map((one) => rewritten(one, names))
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, rewritten(one, names)]),
    )
  }
  return value
}
