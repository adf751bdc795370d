// Document + session + catalog -> what React Flow draws. A card whose step did not change keeps its
// very object, so that dragging one redraws one.

import { type Edge, type Node, type NodeHandle, Position as Side } from "@xyflow/react"
import type { Block, Blocks, Port } from "@/flow/catalog"
import {
  CARD,
  handlerRects,
  headerHeight,
  noteRect,
  originOf,
  portOffset,
  type Rect,
  sizeOf,
} from "@/flow/geometry"
import { portOf, positionOf, type ScopeId } from "@/flow/graphs"
import { usedPorts } from "@/flow/ports"
import type { Flow, FlowEdge, FlowNode, Graph, Note, Position } from "@/flow/types"
import type { Drag, Session } from "../session"
import { labelledPorts } from "./labels"

export interface CardData extends Record<string, unknown> {
  node: FlowNode
  block: Block | undefined
  ports: Port[]
  /** Ports that lines leave by, joined by commas. */
  used: string
  header: number
}

export type CardNode = Node<CardData, "card">
export type HandlerNode = Node<{ label: string; holder: string; port: string }, "handler">
export type NoteNode = Node<{ note: Note; readOnly: boolean }, "note">
export type GhostNode = Node<{ type: string | null }, "ghost">
export type CanvasNode = CardNode | HandlerNode | NoteNode | GhostNode
/** `isOwn`: a line of the document; others only show what belongs together. `rank`: see `bend`. */
export type CanvasEdge = Edge<{ port: string; isOwn?: boolean; rank?: number }>

type Shown = Pick<Session, "selected" | "adding" | "ghost" | "readOnly">

interface Kept<T> {
  deps: readonly unknown[]
  made: T
}

/** One round of drawing. */
interface Turn {
  shown: Shown
  drag: Drag
  before: Map<string, Kept<CanvasNode>>
  made: CanvasNode[]
}

/** Makes nodes and lines anew from what changed; one per canvas. */
export class Drawing {
  private nodes = new Map<string, Kept<CanvasNode>>()
  private edges = new Map<string, Kept<CanvasEdge>>()
  private ports = new Map<string, Kept<Port[]>>()
  private lastEdges: Kept<CanvasEdge[]> | null = null

  constructor(private readonly blocks: Blocks) {}

  drawNodes(flow: Flow, shown: Shown, drag: Drag): CanvasNode[] {
    const turn: Turn = { shown, drag, before: this.nodes, made: [] }
    this.nodes = new Map()
    this.drawGraph(turn, flow, undefined, { x: 0, y: 0 })
    for (const note of flow.notes ?? []) this.drawNote(turn, note)
    if (shown.adding) turn.made.push(ghostNode(shown.adding.at, shown.ghost))
    return turn.made
  }

  private drawGraph(turn: Turn, graph: Graph, parent: string | undefined, origin: Position): void {
    const used = usedPorts(graph)
    for (const node of graph.nodes ?? []) {
      const at = turn.drag.places.get(node.id) ?? positionOf(node)
      const ports = this.portsOf(node, graph)
      this.drawCard(turn, node, graph, parent, {
        ports,
        used: [...(used.get(node.id) ?? []), ...Object.keys(node.handlers ?? {})].join(","),
        at: { x: at.x + origin.x, y: at.y + origin.y },
      })
      if (node.body) {
        const inner = originOf(node.body)
        const header = headerHeight(ports.length)
        this.drawGraph(turn, node.body, node.id, { x: inner.x, y: inner.y + header })
      }
      for (const box of node.handlers
        ? handlerRects({ ...node, position: at }, this.blocks, graph)
        : []) {
        const label = ports.find((one) => one.id === box.port)?.label ?? box.port
        this.drawHandler(turn, box, node, label, parent, origin)
      }
    }
  }

  private drawCard(
    turn: Turn,
    node: FlowNode,
    graph: Graph,
    parent: string | undefined,
    { ports, used, at }: { ports: Port[]; used: string; at: Position },
  ): void {
    const size = sizeOf(node, this.blocks, graph)
    const selected = turn.shown.selected.has(node.id)
    const block = this.blocks.get(node.type)
    const deps = [node, ports, used, size.width, size.height, selected, at.x, at.y, parent]
    this.keep(turn, node.id, deps, () => ({
      id: node.id,
      type: "card",
      position: at,
      ...size,
      measured: size,
      handles: handlesOf(block, ports, size.width),
      selected,
      deletable: false,
      data: { node, block, ports, used, header: headerHeight(ports.length) },
      ...(parent === undefined ? {} : { parentId: parent }),
    }))
  }

  private drawHandler(
    turn: Turn,
    box: { port: string; scope: ScopeId; rect: Rect },
    holder: FlowNode,
    label: string,
    parent: string | undefined,
    origin: Position,
  ): void {
    const graph = holder.handlers?.[box.port]
    if (!graph) return
    const { width, height } = box.rect
    const at = { x: box.rect.x + origin.x, y: box.rect.y + origin.y }
    this.keep(turn, box.scope, [label, at.x, at.y, width, height, parent], () => ({
      id: box.scope,
      type: "handler",
      position: at,
      width,
      height,
      measured: { width, height },
      handles: [{ ...HANDLE, type: "target", id: "in", position: Side.Top, ...BOX_IN }],
      draggable: false,
      selectable: false,
      deletable: false,
      focusable: false,
      data: { label, holder: holder.id, port: box.port },
      ...(parent === undefined ? {} : { parentId: parent }),
    }))
    const inner = originOf(graph)
    this.drawGraph(turn, graph, box.scope, { x: inner.x, y: inner.y + CARD.port })
  }

  private drawNote(turn: Turn, note: Note): void {
    const { readOnly, selected: chosen } = turn.shown
    const { x, y, ...size } = noteRect(note)
    const at = turn.drag.places.get(note.id) ?? { x, y }
    const selected = chosen.has(note.id)
    this.keep(turn, note.id, [note, at.x, at.y, selected, readOnly], () => ({
      id: note.id,
      type: "note",
      position: at,
      ...size,
      measured: size,
      selected,
      draggable: !readOnly,
      deletable: false,
      zIndex: -1,
      data: { note, readOnly },
    }))
  }

  drawEdges(flow: Flow, shown: Shown, target: string | null): CanvasEdge[] {
    const deps = [flow, shown.selected, shown.adding, target]
    if (this.lastEdges && same(this.lastEdges.deps, deps)) return this.lastEdges.made
    const before = this.edges
    this.edges = new Map()
    const made: CanvasEdge[] = []
    const graphs: Graph[] = [flow]
    for (let graph = graphs.shift(); graph; graph = graphs.shift()) {
      const ranks = this.ranksOf(graph)
      for (const edge of graph.edges ?? []) {
        const rank = ranks.get(edge.id) ?? 0
        const selected = shown.selected.has(edge.id)
        const own = [edge, selected, target === edge.id, rank]
        const kept = before.get(edge.id)
        const drawn =
          kept && same(kept.deps, own)
            ? kept.made
            : line(edge.id, edge.from, portOf(edge), edge.to, {
                selected,
                className: target === edge.id ? "target" : "",
                data: { port: portOf(edge), isOwn: true, rank },
              })
        this.edges.set(edge.id, { deps: own, made: drawn })
        made.push(drawn)
      }
      for (const node of graph.nodes ?? []) {
        if (node.body) graphs.push(node.body)
        for (const [port, inner] of Object.entries(node.handlers ?? {})) {
          graphs.push(inner)
          const box = `${node.id}#${port}`
          made.push(line(box, node.id, port, box, { ...PASSIVE, className: "repeated" }))
        }
      }
    }
    const { adding } = shown
    if (adding?.kind === "behind") {
      made.push(
        line("ghost", adding.from, adding.port, "ghost", { ...PASSIVE, className: "ghost" }),
      )
    }
    this.lastEdges = { deps, made }
    return made
  }

  /** The places of lines among those that leave the same card, from its upper ports down. */
  private ranksOf(graph: Graph): Map<string, number> {
    const leaving = new Map<string, FlowEdge[]>()
    for (const edge of graph.edges ?? []) {
      leaving.set(edge.from, [...(leaving.get(edge.from) ?? []), edge])
    }
    const ranks = new Map<string, number>()
    for (const node of graph.nodes ?? []) {
      const lines = leaving.get(node.id) ?? []
      if (lines.length < 2) continue
      const order = this.portsOf(node, graph).map((port) => port.id)
      const sorted = lines.sort((a, b) => order.indexOf(portOf(a)) - order.indexOf(portOf(b)))
      for (const [at, edge] of sorted.entries()) ranks.set(edge.id, at - (lines.length - 1) / 2)
    }
    return ranks
  }

  private portsOf(node: FlowNode, graph: Graph): Port[] {
    const block = this.blocks.get(node.type)
    const known = this.ports.get(node.id)
    const deps = [node, graph.edges, block]
    if (known && same(known.deps, deps)) return known.made
    const found = labelledPorts(node, block, graph)
    const made = known && samePorts(known.made, found) ? known.made : found
    this.ports.set(node.id, { deps, made })
    return made
  }

  private keep(turn: Turn, id: string, deps: readonly unknown[], make: () => CanvasNode): void {
    const kept = turn.before.get(id)
    const made = kept && same(kept.deps, deps) ? kept.made : make()
    this.nodes.set(id, { deps, made })
    turn.made.push(made)
  }
}

const HANDLE = { width: 9, height: 9 }
// A card's edge is a pixel wide, and a handle's middle stands on it.
const [EDGE, HALF] = [1, HANDLE.width / 2]
const BOX_IN = { x: 24 - HALF, y: -HALF }

/** Where lines end, as the styles put it: nothing has to be measured before it is drawn. */
function handlesOf(block: Block | undefined, ports: Port[], width: number): NodeHandle[] {
  const leaving = ports.map((port, index) => ({
    ...HANDLE,
    type: "source" as const,
    id: port.id,
    position: Side.Right,
    x: width - EDGE - HALF,
    y: portOffset(index, ports.length) + EDGE - HALF,
  }))
  if (block?.kind === "trigger") return leaving
  const y = portOffset(0, 1) + EDGE - HALF
  const into = { type: "target" as const, id: "in", position: Side.Left, x: EDGE - HALF, y }
  return [{ ...HANDLE, ...into }, ...leaving]
}

const PASSIVE = { selectable: false, focusable: false, reconnectable: false }

function line(
  id: string,
  source: string,
  port: string,
  target: string,
  more: Partial<CanvasEdge>,
): CanvasEdge {
  return {
    id,
    type: "line",
    source,
    sourceHandle: port,
    target,
    targetHandle: "in",
    deletable: false,
    data: { port },
    ...more,
  }
}

function ghostNode(at: Position, type: string | null): GhostNode {
  const size = { width: CARD.width, height: CARD.header }
  return {
    id: "ghost",
    type: "ghost",
    position: at,
    ...size,
    measured: size,
    draggable: false,
    selectable: false,
    deletable: false,
    focusable: false,
    zIndex: 10,
    data: { type },
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index])
}

function samePorts(a: Port[], b: Port[]): boolean {
  return a.length === b.length && a.every((p, i) => p.id === b[i]?.id && p.label === b[i]?.label)
}
