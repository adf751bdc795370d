// A drag of plain cards and notes, drawn by hand: only what moves is touched, nothing is rendered.
// React Flow's own way gives all cards and lines a turn at each movement of the mouse. What it drew
// is put back before the drop changes the document, so that it finds everything as it left it.

import { indexOf } from "@/flow/graphs"
import type { Flow, Position } from "@/flow/types"
import { bend, type Ends } from "./bend"

interface Moved {
  element: HTMLElement
  /** Where it stood, in its graph and as it was drawn. */
  from: Position
  drawn: Position
  before: string
}

interface Line {
  group: SVGGElement
  ends: Ends
  rank: number
  paths: readonly { path: SVGPathElement; before: string }[]
  from: string
  to: string
}

/** Whether all of these can be drawn by hand: a box takes with it what is inside. */
export function isPlain(flow: Flow, ids: Iterable<string>): boolean {
  const { nodes } = indexOf(flow)
  for (const id of ids) {
    const node = nodes.get(id)?.node
    if (node && (node.body || Object.keys(node.handlers ?? {}).length > 0)) return false
  }
  return true
}

export class LiveDrag {
  private readonly moved = new Map<string, Moved>()
  private lines: Line[] = []

  constructor(
    private readonly root: ParentNode,
    flow: Flow,
    places: ReadonlyMap<string, Position>,
  ) {
    const index = indexOf(flow)
    for (const id of places.keys()) {
      const element = root.querySelector<HTMLElement>(
        `.react-flow__node[data-id="${CSS.escape(id)}"]`,
      )
      const at =
        index.nodes.get(id)?.node.position ?? flow.notes?.find((n) => n.id === id)?.position
      const drawn = /translate\((-?[\d.]+)px, ?(-?[\d.]+)px\)/.exec(element?.style.transform ?? "")
      if (!element || !drawn) continue
      this.moved.set(id, {
        element,
        from: { x: at?.x ?? 0, y: at?.y ?? 0 },
        drawn: { x: Number(drawn[1]), y: Number(drawn[2]) },
        before: element.style.transform,
      })
    }
    for (const { edge } of index.edges.values()) {
      if (places.has(edge.from) || places.has(edge.to)) this.keepLine(edge.id, edge.from, edge.to)
    }
  }

  private keepLine(id: string, from: string, to: string): void {
    const group = this.root.querySelector<SVGGElement>(
      `.react-flow__edge[data-id="${CSS.escape(id)}"] > g[data-ends]`,
    )
    const [sx, sy, tx, ty, rank = 0] = (group?.dataset.ends ?? "").split(" ").map(Number)
    if (!group || sx === undefined || sy === undefined || tx === undefined || ty === undefined) {
      return
    }
    const drawn = group.querySelectorAll<SVGPathElement>(
      ".react-flow__edge-path, .react-flow__edge-interaction",
    )
    const paths = [...drawn].map((path) => ({ path, before: path.getAttribute("d") ?? "" }))
    group.classList.add("is-moving")
    this.lines.push({ group, ends: [sx, sy, tx, ty], rank, paths, from, to })
  }

  /** Draws everything at its place under the pointer. */
  draw(places: ReadonlyMap<string, Position>): void {
    const by = new Map<string, Position>()
    for (const [id, one] of this.moved) {
      const place = places.get(id) ?? one.from
      const shift = { x: place.x - one.from.x, y: place.y - one.from.y }
      by.set(id, shift)
      one.element.style.transform = `translate(${one.drawn.x + shift.x}px,${one.drawn.y + shift.y}px)`
    }
    for (const line of this.lines) {
      const [start, end] = [by.get(line.from) ?? STILL, by.get(line.to) ?? STILL]
      const [sx, sy, tx, ty] = line.ends
      const [path] = bend([sx + start.x, sy + start.y, tx + end.x, ty + end.y], line.rank)
      for (const one of line.paths) one.path.setAttribute("d", path)
    }
  }

  /** Everything as React Flow drew it. */
  end(): void {
    for (const { element, before } of this.moved.values()) element.style.transform = before
    for (const { group, paths } of this.lines) {
      group.classList.remove("is-moving")
      for (const { path, before } of paths) path.setAttribute("d", before)
    }
  }
}

const STILL: Position = { x: 0, y: 0 }
