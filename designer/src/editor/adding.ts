// Beginning to add a step: where its ghost stands, and what happens when a block is chosen.

import { useCallback } from "react"
import type { Blocks } from "@/flow/catalog"
import { freshNode } from "@/flow/defaults"
import { CARD, freePlace, originAt, rectOf } from "@/flow/geometry"
import { findEdge, findNode, graphAt } from "@/flow/graphs"
import { takenIds } from "@/flow/ids"
import { addNode, appendBehind, insertOnLine, placeBehind } from "@/flow/operations/addNode"
import type { Flow, Position } from "@/flow/types"
import { type EditorParts, useEditor } from "./context"
import { type Adding, select } from "./session"

export type Wish =
  | { kind: "behind"; from: string; port: string; near?: Position }
  | { kind: "line"; edge: string; near: Position }
  | { kind: "inside"; scope: string }
  | { kind: "free"; scope: string; near: Position }

/** Opens the list of blocks at a place of the canvas. */
export function useAddStep(): (wish: Wish) => void {
  const { store, session, blocks } = useEditor()
  return useCallback(
    (wish) => {
      const adding = placeOf(store.getState().flow, blocks, wish)
      if (adding && !session.getState().readOnly) session.setState({ adding, ghost: null })
    },
    [store, session, blocks],
  )
}

/** Where a wish would put its step. */
export function placeOf(flow: Flow, blocks: Blocks, wish: Wish): Adding | null {
  if (wish.kind === "behind") {
    const found = findNode(flow, wish.from)
    if (!found) return null
    const origin = originAt(flow, blocks, found.scope)
    const position = wish.near
      ? { x: wish.near.x - origin.x, y: wish.near.y - origin.y }
      : placeBehind(flow, blocks, wish.from, wish.port)
    return { ...wish, ...placed(position, origin), scope: found.scope }
  }
  if (wish.kind === "line") {
    const line = findEdge(flow, wish.edge)
    if (!line) return null
    const origin = originAt(flow, blocks, line.scope)
    const middle = { x: wish.near.x - CARD.width / 2, y: wish.near.y - CARD.header / 2 }
    const position = { x: middle.x - origin.x, y: middle.y - origin.y }
    return { kind: "line", edge: wish.edge, ...placed(position, origin), scope: line.scope }
  }
  const origin = originAt(flow, blocks, wish.scope)
  const graph = graphAt(flow, wish.scope)
  const taken = (graph?.nodes ?? []).map((node) => rectOf(node, blocks, graph ?? {}))
  const near =
    wish.kind === "free" ? { x: wish.near.x - origin.x, y: wish.near.y - origin.y } : { x: 0, y: 0 }
  const position = freePlace({ ...near, width: CARD.width, height: CARD.header }, taken)
  return { kind: "free", ...placed(position, origin), scope: wish.scope }
}

const placed = (position: Position, origin: Position) => ({
  position,
  at: { x: position.x + origin.x, y: position.y + origin.y },
})

/** Puts a block where `adding` says; gives the new step's id, null when it cannot stand there. */
export function addStep(parts: EditorParts, type: string, adding: Adding): string | null {
  const { store, session, blocks } = parts
  const { flow, edit } = store.getState()
  const block = blocks.get(type)
  if (!block) return null
  const isTrigger = block.kind === "trigger"
  const node = freshNode(block, takenIds(flow), adding.position)
  if (adding.kind === "line" && !isTrigger) edit("insert", insertOnLine(node, adding.edge, blocks))
  else if (adding.kind === "behind" && !isTrigger) {
    edit("add", appendBehind(node, adding.from, adding.port))
  } else edit("add", addNode(node, isTrigger ? "" : adding.scope))
  if (!findNode(store.getState().flow, node.id)) return null
  session.setState({ adding: null, ghost: null, inspector: true })
  select(session, [node.id])
  return node.id
}

/** The blocks that can stand where `adding` says. */
export function canStand(kind: string, adding: Adding | null): boolean {
  return kind !== "trigger" || adding === null || (adding.kind === "free" && adding.scope === "")
}
