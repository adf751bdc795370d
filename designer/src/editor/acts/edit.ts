// Undo, clipboard, deleting, selecting.

import { copyText, paste, readPiece } from "@/flow/clipboard"
import { around, freePlace, noteRect, originAt, rectOf } from "@/flow/geometry"
import { findNode, graphAt, type ScopeId } from "@/flow/graphs"
import { removeSelection } from "@/flow/operations/removeSelection"
import type { EditorParts } from "../context"
import { neighbour } from "../neighbours"
import { select } from "../session"
import { type Command, chosen, type Doings, flowOf, hasAny, steps } from "./command"

function remove(parts: EditorParts): void {
  const ids = chosen(parts)
  const first = steps(parts)[0]
  const next = first === undefined ? null : neighbour(flowOf(parts), parts.blocks, first, "left")
  parts.store.getState().edit("remove", removeSelection(ids, parts.blocks))
  select(parts.session, next !== null && findNode(flowOf(parts), next) ? [next] : [])
  if (next !== null) parts.view.current?.focus(next)
}

/** Copies what is selected; the browser's clipboard where it may be used. */
function copy(parts: EditorParts, more: Doings): boolean {
  const text = copyText(flowOf(parts), chosen(parts))
  if (text === null) return false
  void navigator.clipboard?.writeText(text).catch(() => undefined)
  lastCopy = text
  more.copied(chosen(parts).length)
  return true
}

let lastCopy = ""

/** Puts steps from a text beside the selection, or where one looks. */
export function pasteText(parts: EditorParts, text: string): boolean {
  const piece = readPiece(text)
  if (!piece || parts.session.getState().readOnly) return false
  const { flow, edit } = parts.store.getState()
  const first = steps(parts)[0]
  const scope: ScopeId = first === undefined ? "" : (findNode(flow, first)?.scope ?? "")
  const graph = graphAt(flow, scope) ?? {}
  const bounds = around([
    ...piece.nodes.map((node) => rectOf(node, parts.blocks, piece)),
    ...piece.notes.map(noteRect),
  ])
  const isHere = piece.nodes.some((node) => findNode(flow, node.id))
  const origin = originAt(flow, parts.blocks, scope)
  const middle = parts.view.current?.middle() ?? { x: 0, y: 0 }
  const at = isHere
    ? freePlace(
        { ...bounds, x: bounds.x + 40, y: bounds.y + 60 },
        (graph.nodes ?? []).map((node) => rectOf(node, parts.blocks, graph)),
      )
    : { x: middle.x - origin.x - bounds.width / 2, y: middle.y - origin.y - bounds.height / 2 }
  const made = new Set<string>()
  edit("paste", paste(piece, scope, at, made))
  select(parts.session, made)
  parts.view.current?.show([...made])
  return true
}

function pasteCopied(parts: EditorParts): void {
  const read = navigator.clipboard?.readText?.()
  if (!read) pasteText(parts, lastCopy)
  else
    void read.then(
      (text) => pasteText(parts, text),
      () => pasteText(parts, lastCopy),
    )
}

function duplicate(parts: EditorParts): void {
  const text = copyText(flowOf(parts), chosen(parts))
  if (text !== null) pasteText(parts, text)
}

function selectAll(parts: EditorParts): void {
  const flow = flowOf(parts)
  const [first] = steps(parts)
  const scope = first === undefined ? "" : (findNode(flow, first)?.scope ?? "")
  const ids = (graphAt(flow, scope)?.nodes ?? []).map((node) => node.id)
  select(parts.session, scope === "" ? [...ids, ...(flow.notes ?? []).map((n) => n.id)] : ids)
}

function leave(parts: EditorParts): void {
  const { adding, dialog, selected, found } = parts.session.getState()
  if (adding) parts.session.setState({ adding: null, ghost: null })
  else if (dialog) parts.session.setState({ dialog: null, found: new Set() })
  else if (found.size > 0) parts.session.setState({ found: new Set() })
  else if (selected.size > 0) select(parts.session, [])
}

const group = "edit"

export const EDITING: readonly Command[] = [
  {
    id: "undo",
    group,
    keys: ["mod+z"],
    changes: true,
    enabled: (parts) => parts.store.getState().past.length > 0,
    run: (parts) => parts.store.getState().undo(),
  },
  {
    id: "redo",
    group,
    keys: ["mod+shift+z", "mod+y"],
    changes: true,
    enabled: (parts) => parts.store.getState().future.length > 0,
    run: (parts) => parts.store.getState().redo(),
  },
  { id: "copy", group, keys: ["mod+c"], enabled: hasAny, run: (p, more) => void copy(p, more) },
  {
    id: "cut",
    group,
    keys: ["mod+x"],
    changes: true,
    enabled: hasAny,
    run: (parts, more) => {
      if (copy(parts, more)) remove(parts)
    },
  },
  { id: "paste", group, keys: ["mod+v"], changes: true, run: pasteCopied },
  { id: "duplicate", group, keys: ["mod+d"], changes: true, enabled: hasAny, run: duplicate },
  {
    id: "remove",
    group,
    keys: ["delete", "backspace"],
    changes: true,
    enabled: hasAny,
    run: remove,
  },
  { id: "selectAll", group, keys: ["mod+a"], run: selectAll },
  { id: "leave", group, keys: ["escape"], run: leave },
]
