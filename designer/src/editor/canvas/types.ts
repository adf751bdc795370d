import { MarkerType } from "@xyflow/react"
import { EdgeLine } from "./EdgeLine"
import { NodeCard } from "./NodeCard"
import { GhostCard, HandlerBox, NoteCard } from "./OtherNodes"

// Four kinds of things on the canvas; what a step is, its card reads off the catalog.
export const NODE_TYPES = { card: NodeCard, handler: HandlerBox, ghost: GhostCard, note: NoteCard }
export const EDGE_TYPES = { line: EdgeLine }
export const EDGE_DEFAULTS = {
  markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 },
}
