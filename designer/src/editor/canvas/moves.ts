// What React Flow says of moves and drops -> the drag, the selection, operations.

import type { NodeChange } from "@xyflow/react"
import { innerOrigin, originAt, scopeUnder, sizeOf } from "@/flow/geometry"
import { findNode, type ScopeId } from "@/flow/graphs"
import { threadIn } from "@/flow/operations/addNode"
import { moveNodes, regroup } from "@/flow/operations/moveNodes"
import type { Position } from "@/flow/types"
import type { EditorParts } from "../context"
import { NO_DRAG } from "../session"
import { isPlain, LiveDrag } from "./liveDrag"
import type { CanvasNode } from "./toReactFlow"

/** Keeps places of what is dragged, and what is selected. */
export function takeChanges(parts: EditorParts, changes: NodeChange<CanvasNode>[]): void {
  const { flow } = parts.store.getState()
  const places = new Map(parts.drag.getState().places)
  const origins = new Map<ScopeId, Position>()
  let moved = false
  for (const change of changes) {
    if (change.type !== "position" || !change.position) continue
    const scope = findNode(flow, change.id)?.scope ?? ""
    const origin = origins.get(scope) ?? innerOrigin(flow, parts.blocks, scope)
    origins.set(scope, origin)
    places.set(change.id, { x: change.position.x - origin.x, y: change.position.y - origin.y })
    moved = true
  }
  if (moved) show(parts, places)
  takeSelection(parts, changes)
}

/** Plain cards are moved by hand; boxes, which take others with them, are drawn as always. */
function show(parts: EditorParts, places: Map<string, Position>): void {
  const { flow } = parts.store.getState()
  const canvas = document.querySelector(".desk-canvas .canvas")
  let { live } = parts.drag.getState()
  if (!live && canvas && isPlain(flow, places.keys())) live = new LiveDrag(canvas, flow, places)
  parts.drag.setState({ places, live })
  live?.draw(places)
}

interface Selects {
  type: string
  id?: string
  selected?: boolean
}

export function takeSelection(parts: EditorParts, changes: readonly Selects[]): void {
  const before = parts.session.getState().selected
  const selected = new Set(before)
  for (const change of changes) {
    if (change.type !== "select" || change.id === undefined) continue
    if (change.selected) selected.add(change.id)
    else selected.delete(change.id)
  }
  const isSame = selected.size === before.size && [...selected].every((id) => before.has(id))
  if (!isSame) parts.session.setState({ selected })
}

/** Looks what lies under a dragged step: the box it would go into, the line it would be put into. */
export function lookUnder(parts: EditorParts, id: string, lineUnder: () => string | null): void {
  const { flow } = parts.store.getState()
  const { places } = parts.drag.getState()
  const found = findNode(flow, id)
  const place = places.get(id)
  if (!found || !place) return
  const at = onCanvas(parts, found.scope, place)
  const size = sizeOf(found.node, parts.blocks, found.graph)
  const middle = { x: at.x + size.width / 2, y: at.y + size.height / 2 }
  const box = scopeUnder(flow, parts.blocks, middle, new Set(places.keys()))
  const isLoose = !(found.graph.edges ?? []).some((e) => e.from === id || e.to === id)
  const canThread = isLoose && parts.blocks.get(found.node.type)?.kind !== "trigger"
  const line = places.size === 1 && canThread ? lineUnder() : null
  const before = parts.drag.getState()
  if (before.box !== box || before.line !== line) parts.drag.setState({ box, line })
}

function onCanvas(parts: EditorParts, scope: ScopeId, place: Position): Position {
  const origin = originAt(parts.store.getState().flow, parts.blocks, scope)
  return { x: place.x + origin.x, y: place.y + origin.y }
}

/** The drag is over: one change of the document, whatever it did. */
export function drop(parts: EditorParts): void {
  const { places, box, line, live } = parts.drag.getState()
  const { flow, edit } = parts.store.getState()
  live?.end()
  const [first] = places.keys()
  if (first !== undefined) {
    const from = findNode(flow, first)?.scope
    if (line !== null) {
      edit("insert", (draft) => {
        moveNodes(places)(draft)
        const node = findNode(draft, first)?.node
        if (node) threadIn(node, line)(draft, parts.blocks)
      })
    } else if (from !== undefined && box !== null && box !== from) {
      const origin = originAt(flow, parts.blocks, box)
      const moved = new Map(
        [...places].map(([id, place]) => {
          const at = onCanvas(parts, findNode(flow, id)?.scope ?? "", place)
          return [id, { x: at.x - origin.x, y: at.y - origin.y }]
        }),
      )
      edit("move", regroup([...places.keys()], box, moved, parts.blocks))
    } else edit("move", moveNodes(places))
  }
  parts.drag.setState(NO_DRAG)
}
