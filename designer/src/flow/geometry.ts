// How large things are drawn. Sizes follow from the document alone, so that layout, making room and
// the canvas agree without measuring anything.

import type { Blocks } from "./catalog"
import { findNode, graphAt, holderOf, positionOf, type ScopeId } from "./graphs"
import { extraPorts, portsOf } from "./ports"
import type { Flow, FlowNode, Graph, Note, Position } from "./types"

export const CARD = { width: 208, header: 60, port: 24, foot: 6 }
export const BOX = { side: 24, top: 16, bottom: 24, minWidth: 256, minHeight: 120 }
export const GAP = { x: 72, y: 40 }
/** Between a step and the box of what its reminder does. */
export const HANDLER_GAP = 48
export const NOTE = { width: 240, height: 120 }
export const GRID = 4

export interface Size {
  width: number
  height: number
}

export interface Rect extends Position, Size {}

/** Every port a card shows, in drawn order: those of its block, then error routes and the like. */
export function shownPorts(node: FlowNode, blocks: Blocks, graph: Graph): string[] {
  const block = blocks.get(node.type)
  return [...portsOf(node, block).map((port) => port.id), ...extraPorts(node, block, graph)]
}

export function headerHeight(ports: number): number {
  return CARD.header + (ports > 1 ? ports * CARD.port + CARD.foot : 0)
}

/** The middle of a port, from the card's top. */
export function portOffset(index: number, ports: number): number {
  return ports > 1 ? CARD.header + index * CARD.port + CARD.port / 2 : CARD.header / 2
}

/** The size of a step as drawn, its body inside it. */
export function sizeOf(node: FlowNode, blocks: Blocks, graph: Graph): Size {
  const header = headerHeight(shownPorts(node, blocks, graph).length)
  if (!node.body) return { width: CARD.width, height: header }
  const inner = boxSize(node.body, blocks)
  return { width: inner.width, height: header + inner.height }
}

/** A note's rectangle; a new one's where no size is said. */
export function noteRect(note: Omit<Note, "id" | "text">): Rect {
  return {
    ...positionOf(note),
    width: note.width ?? NOTE.width,
    height: note.height ?? NOTE.height,
  }
}

const boxes = new WeakMap<Graph, { blocks: Blocks; size: Size }>()

/** The size of a box around a graph. */
export function boxSize(graph: Graph, blocks: Blocks): Size {
  const known = boxes.get(graph)
  if (known && known.blocks === blocks) return known.size
  const held = boundsOf(graph, blocks)
  const from = originOf(graph)
  const size = {
    width: Math.max(BOX.minWidth, held.x + held.width + from.x + BOX.side),
    height: Math.max(BOX.minHeight, held.y + held.height + from.y + BOX.bottom),
  }
  if (Object.isFrozen(graph)) boxes.set(graph, { blocks, size })
  return size
}

/** Where (0, 0) of a box's graph is drawn, from the box's top left below its header. */
export function originOf(graph: Graph): Position {
  const at = (graph.nodes ?? []).map(positionOf)
  return {
    x: BOX.side - Math.min(0, ...at.map((one) => one.x)),
    y: BOX.top - Math.min(0, ...at.map((one) => one.y)),
  }
}

/** The rectangle around all steps of a graph; empty at (0, 0) without any. */
export function boundsOf(graph: Graph, blocks: Blocks): Rect {
  return around((graph.nodes ?? []).map((node) => rectOf(node, blocks, graph)))
}

/** A step's rectangle, with the boxes of its reminders beside it. */
export function rectOf(node: FlowNode, blocks: Blocks, graph: Graph): Rect {
  const own = { ...positionOf(node), ...sizeOf(node, blocks, graph) }
  return around([own, ...handlerRects(node, blocks, graph).map((one) => one.rect)])
}

/** Where the boxes of a step's reminders are drawn: below it, one under the other. */
export function handlerRects(
  node: FlowNode,
  blocks: Blocks,
  graph: Graph,
): { port: string; scope: ScopeId; rect: Rect }[] {
  const at = positionOf(node)
  let y = at.y + sizeOf(node, blocks, graph).height + HANDLER_GAP
  return Object.entries(node.handlers ?? {}).map(([port, inner]) => {
    const size = boxSize(inner, blocks)
    const height = size.height + CARD.port
    const rect = { x: at.x, y, width: size.width, height }
    y += height + HANDLER_GAP / 2
    return { port, scope: `${node.id}#${port}`, rect }
  })
}

export function around(rects: readonly Rect[]): Rect {
  if (rects.length === 0) return { x: 0, y: 0, width: 0, height: 0 }
  const x = Math.min(...rects.map((one) => one.x))
  const y = Math.min(...rects.map((one) => one.y))
  const right = Math.max(...rects.map((one) => one.x + one.width))
  const bottom = Math.max(...rects.map((one) => one.y + one.height))
  return { x, y, width: right - x, height: bottom - y }
}

export function overlap(a: Rect, b: Rect, gap = 0): boolean {
  return (
    a.x < b.x + b.width + gap &&
    b.x < a.x + a.width + gap &&
    a.y < b.y + b.height + gap &&
    b.y < a.y + a.height + gap
  )
}

export function onGrid(at: Position): Position {
  return { x: Math.round(at.x / GRID) * GRID, y: Math.round(at.y / GRID) * GRID }
}

/** The place nearest below `wanted` where a rectangle covers no step. */
export function freePlace(wanted: Rect, taken: readonly Rect[]): Position {
  let y = wanted.y
  for (let tries = 0; tries < 200; tries += 1) {
    const hit = taken.find((one) => overlap({ ...wanted, y }, one, GAP.y / 2))
    if (!hit) break
    y = hit.y + hit.height + GAP.y
  }
  return onGrid({ x: wanted.x, y })
}

/** Where (0, 0) of a graph is drawn inside its card or handler's box. */
export function innerOrigin(flow: Flow, blocks: Blocks, scope: ScopeId): Position {
  const graph = graphAt(flow, scope)
  const holder = findNode(flow, holderOf(scope) ?? "")
  if (!graph || !holder) return { x: 0, y: 0 }
  const header = scope.includes("#")
    ? CARD.port
    : headerHeight(shownPorts(holder.node, blocks, holder.graph).length)
  const from = originOf(graph)
  return { x: from.x, y: from.y + header }
}

/** Where (0, 0) of a graph is drawn on the canvas. */
export function originAt(flow: Flow, blocks: Blocks, scope: ScopeId): Position {
  const holder = findNode(flow, holderOf(scope) ?? "")
  if (!holder) return { x: 0, y: 0 }
  const outer = originAt(flow, blocks, holder.scope)
  const inner = innerOrigin(flow, blocks, scope)
  const own = scope.includes("#")
    ? handlerRects(holder.node, blocks, holder.graph).find((one) => one.scope === scope)?.rect
    : positionOf(holder.node)
  return { x: outer.x + inner.x + (own?.x ?? 0), y: outer.y + inner.y + (own?.y ?? 0) }
}

/** The innermost box under a place of the canvas; "" outside of all. */
export function scopeUnder(
  flow: Flow,
  blocks: Blocks,
  at: Position,
  but: ReadonlySet<string> = new Set(),
): ScopeId {
  const visit = (graph: Graph, scope: ScopeId): ScopeId => {
    const origin = originAt(flow, blocks, scope)
    for (const node of graph.nodes ?? []) {
      if (but.has(node.id)) continue
      const size = sizeOf(node, blocks, graph)
      const rect = { ...positionOf(node), ...size }
      if (node.body && holds(rect, origin, at)) return visit(node.body, node.id)
      for (const box of handlerRects(node, blocks, graph)) {
        const inner = node.handlers?.[box.port]
        if (inner && holds(box.rect, origin, at)) return visit(inner, box.scope)
      }
    }
    return scope
  }
  return visit(flow, "")
}

function holds(rect: Rect, origin: Position, at: Position): boolean {
  const x = at.x - origin.x - rect.x
  const y = at.y - origin.y - rect.y
  return x >= 0 && y >= 0 && x <= rect.width && y <= rect.height
}
