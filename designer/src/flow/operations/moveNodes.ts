import type { Blocks } from "../catalog"
import { onGrid } from "../geometry"
import { findNode, graphAt, holderOf, inside, listsOf, positionOf, type ScopeId } from "../graphs"
import type { Flow, FlowEdge, FlowNode, Position } from "../types"
import { type Operation, openGraph } from "./operation"
import { heal } from "./removeSelection"

/** Moves steps and notes to new places in the graphs they are in. */
export function moveNodes(places: ReadonlyMap<string, Position>): Operation {
  return (flow) => {
    const touched = new Set<ScopeId>()
    for (const [id, place] of places) {
      const found = findNode(flow, id)
      if (found) {
        const at = positionOf(found.node)
        const next = onGrid(place)
        if (at.x !== next.x || at.y !== next.y) found.node.position = next
        touched.add(found.scope)
      }
      const note = flow.notes?.find((one) => one.id === id)
      if (note) note.position = onGrid(place)
    }
    for (const scope of touched) if (scope !== "") settle(flow, scope)
  }
}

/** A box grows to the left and up by moving itself: what is inside never lies at less than 0. */
export function settle(flow: Flow, scope: ScopeId): void {
  const nodes = graphAt(flow, scope)?.nodes ?? []
  const x = Math.min(0, ...nodes.map((node) => positionOf(node).x))
  const y = Math.min(0, ...nodes.map((node) => positionOf(node).y))
  if (x === 0 && y === 0) return
  for (const node of nodes) {
    const at = positionOf(node)
    node.position = { x: at.x - x, y: at.y - y }
  }
  const holder = findNode(flow, holderOf(scope) ?? "")
  if (holder && !scope.includes("#")) {
    const at = positionOf(holder.node)
    holder.node.position = { x: at.x + x, y: at.y + y }
    if (holder.scope !== "") settle(flow, holder.scope)
  }
}

/** Takes steps into another graph (into a box, out of it); lines to those left behind are healed. */
export function regroup(
  ids: readonly string[],
  scope: ScopeId,
  places: ReadonlyMap<string, Position>,
  blocks: Blocks,
): Operation {
  return (flow) => {
    const moved: FlowNode[] = []
    const kept: FlowEdge[] = []
    for (const id of ids) {
      const found = findNode(flow, id)
      if (!found || found.scope === scope || isInside(found.node, scope)) continue
      if (blocks.get(found.node.type)?.kind === "trigger" && scope !== "") continue
      moved.push(found.node)
    }
    const going = new Set(moved.map((node) => node.id))
    for (const node of moved) {
      const graph = findNode(flow, node.id)?.graph
      if (!graph) continue
      const { nodes, edges } = listsOf(graph)
      for (const edge of edges) {
        if (going.has(edge.from) && going.has(edge.to) && !kept.some((e) => e.id === edge.id)) {
          kept.push({ ...edge })
        }
      }
      heal(flow, graph, node.id, blocks)
      graph.edges = listsOf(graph).edges.filter((e) => e.from !== node.id && e.to !== node.id)
      nodes.splice(nodes.indexOf(node), 1)
    }
    const target = openGraph(flow, scope)
    if (!target || moved.length === 0) return
    const { nodes, edges } = listsOf(target)
    for (const node of moved) {
      const copy = { ...node }
      const place = places.get(node.id)
      if (place) copy.position = onGrid(place)
      nodes.push(copy)
    }
    edges.push(...kept)
    if (scope !== "") settle(flow, scope)
  }
}

function isInside(node: FlowNode, scope: ScopeId): boolean {
  const holder = holderOf(scope)
  if (holder === node.id) return true
  for (const inner of inside(node)) if (inner.id === holder) return true
  return false
}
