import type { Blocks } from "../catalog"
import { around, CARD, freePlace, GAP, onGrid, rectOf, sizeOf } from "../geometry"
import { findEdge, findNode, listsOf, portOf, positionOf, type ScopeId } from "../graphs"
import { freshId, takenIds } from "../ids"
import { portsOf, reaches } from "../ports"
import type { FlowNode, Position } from "../types"
import { mainPort, type Operation, openGraph } from "./operation"

/** Puts a step somewhere, without a line. */
export function addNode(node: FlowNode, scope: ScopeId): Operation {
  return (flow) => {
    const graph = openGraph(flow, scope)
    if (graph) listsOf(graph).nodes.push(node)
  }
}

/** Where a step behind a port belongs: right of its step, below what is there already. */
export function placeBehind(
  flow: Parameters<Operation>[0],
  blocks: Blocks,
  from: string,
  port: string,
  size = { width: CARD.width, height: CARD.header },
): Position {
  const found = findNode(flow, from)
  if (!found) return { x: 0, y: 0 }
  const own = rectOf(found.node, blocks, found.graph)
  const at = positionOf(found.node)
  const place = portsOf(found.node, blocks.get(found.node.type)).findIndex((p) => p.id === port)
  const lower = Math.max(place, 0) * (CARD.header + GAP.y)
  const wanted = {
    x: at.x + sizeOf(found.node, blocks, found.graph).width + GAP.x,
    y: at.y + lower,
    ...size,
  }
  const others = (found.graph.nodes ?? [])
    .filter((node) => node.id !== from)
    .map((node) => rectOf(node, blocks, found.graph))
  return freePlace(wanted, [...others, own])
}

/** Puts a step behind a port, with the line to it. */
export function appendBehind(node: FlowNode, from: string, port: string): Operation {
  return (flow) => {
    const found = findNode(flow, from)
    if (!found) return
    const { nodes, edges } = listsOf(found.graph)
    nodes.push(node)
    const id = freshId(takenIds(flow), "e")
    edges.push(port === "out" ? { id, from, to: node.id } : { id, from, port, to: node.id })
  }
}

/** Puts a step into a line and makes room: what follows moves right if there is too little. */
export function insertOnLine(node: FlowNode, edgeId: string, blocks: Blocks): Operation {
  return (flow) => {
    const line = findEdge(flow, edgeId)
    const source = line && findNode(flow, line.edge.from)
    const target = line && findNode(flow, line.edge.to)
    if (!line || !source || !target) return
    const { nodes, edges } = listsOf(line.graph)
    const from = rectOf(source.node, blocks, line.graph)
    const size = sizeOf(node, blocks, { nodes: [node] })
    const sourceWidth = sizeOf(source.node, blocks, line.graph).width
    const left = positionOf(source.node).x + sourceWidth + GAP.x
    const after = target.node.id
    const missing = left + size.width + GAP.x - positionOf(target.node).x
    const others = nodes
      .filter((one) => one.id !== source.node.id && one.id !== after)
      .map((one) => rectOf(one, blocks, line.graph))
    if (missing > 0) {
      for (const one of nodes) {
        if (reaches(edges, after, one.id)) {
          const at = positionOf(one)
          one.position = { x: at.x + missing, y: at.y }
        }
      }
      node = { ...node, position: onGrid({ x: left, y: positionOf(target.node).y }) }
    } else {
      const middle = (left - GAP.x + positionOf(target.node).x - size.width) / 2
      const wanted = { x: middle, y: positionOf(target.node).y, ...size }
      node = { ...node, position: freePlace(wanted, others.concat(around([from]))) }
    }
    nodes.push(node)
    threadIn(node, line.edge.id)(flow, blocks)
  }
}

/** Leads a line through a step that is already in its graph. */
export function threadIn(node: FlowNode, edgeId: string) {
  return (flow: Parameters<Operation>[0], blocks: Blocks): void => {
    const line = findEdge(flow, edgeId)
    if (!line) return
    const { edges } = listsOf(line.graph)
    const to = line.edge.to
    line.edge.to = node.id
    const port = mainPort(portsOf(node, blocks.get(node.type)))
    if (port === null) return
    const id = freshId(takenIds(flow), "e")
    const onward = { id, from: node.id, to, ...(port === "out" ? {} : { port }) }
    const there = edges.some((e) => e.from === node.id && e.to === to && portOf(e) === port)
    if (!there) edges.splice(edges.indexOf(line.edge) + 1, 0, onward)
  }
}
