// Everything one can do, as a list: toolbar, shortcuts and the palette of commands are drawn from it.

import { copyText, paste, pieceBounds, readPiece } from "@/flow/clipboard"
import { originAt } from "@/flow/geometry"
import { findEdge, findNode, graphAt, type ScopeId } from "@/flow/graphs"
import { tidy } from "@/flow/layout"
import { ALIGNMENTS, type Alignment, align } from "@/flow/operations/align"
import { connect } from "@/flow/operations/lines"
import { moveNodes } from "@/flow/operations/moveNodes"
import { removeSelection } from "@/flow/operations/removeSelection"
import { addNote } from "@/flow/operations/settings"
import { refuses } from "@/flow/ports"
import { placeOf } from "./adding"
import type { EditorParts } from "./context"
import { neighbour } from "./neighbours"
import { select } from "./session"
import { freePort, wishOf } from "./wishes"

export const GROUPS = ["flow", "edit", "steps", "view"] as const

export interface Command {
  /** Also the key of its label: `editor.command.<id>`. */
  id: CommandId
  group: (typeof GROUPS)[number]
  /** `mod` is Ctrl, or ⌘ on a Mac. The first is shown. */
  keys: string[]
  changes?: boolean
  enabled?: (parts: EditorParts) => boolean
  run: (parts: EditorParts, more: Doings) => void
}

/** What commands need of the page around the canvas. */
export interface Doings {
  save: () => void
  refuse: (code: string) => void
  copied: (count: number) => void
}

export type CommandId =
  | "add"
  | "addNote"
  | "commands"
  | "connect"
  | "copy"
  | "cut"
  | "down"
  | "duplicate"
  | "find"
  | "fit"
  | "form"
  | "insert"
  | "keys"
  | "left"
  | "leave"
  | "moveDown"
  | "moveLeft"
  | "moveRight"
  | "moveUp"
  | "palette"
  | "paste"
  | "problems"
  | "publish"
  | "redo"
  | "remove"
  | "right"
  | "save"
  | "selectAll"
  | "simulate"
  | "tidy"
  | "undo"
  | "up"
  | "versions"
  | "whole"
  | "zoomIn"
  | "zoomOut"
  | `align_${Alignment}`

const chosen = (parts: EditorParts) => [...parts.session.getState().selected]
const flowOf = (parts: EditorParts) => parts.store.getState().flow
const steps = (parts: EditorParts) => chosen(parts).filter((id) => findNode(flowOf(parts), id))
const hasSteps = (parts: EditorParts) => steps(parts).length > 0
const hasAny = (parts: EditorParts) => chosen(parts).length > 0

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
  const bounds = pieceBounds(piece)
  const isHere = piece.nodes.some((node) => findNode(flow, node.id))
  const origin = originAt(flow, parts.blocks, scope)
  const middle = parts.view.current?.middle() ?? { x: 0, y: 0 }
  const at = isHere
    ? { x: bounds.x + 40, y: bounds.y + 60 }
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

function go(where: "left" | "right" | "up" | "down") {
  return (parts: EditorParts) => {
    const [from] = steps(parts)
    const flow = flowOf(parts)
    const next =
      from === undefined ? flow.nodes?.[0]?.id : neighbour(flow, parts.blocks, from, where)
    if (next === undefined || next === null) return
    select(parts.session, [next])
    parts.view.current?.show([next])
    parts.view.current?.focus(next)
  }
}

function push(x: number, y: number) {
  return (parts: EditorParts) => {
    const flow = flowOf(parts)
    const places = new Map(
      chosen(parts).flatMap((id) => {
        const at =
          findNode(flow, id)?.node.position ?? flow.notes?.find((n) => n.id === id)?.position
        return findNode(flow, id) || at
          ? [[id, { x: (at?.x ?? 0) + x, y: (at?.y ?? 0) + y }] as const]
          : []
      }),
    )
    parts.store.getState().edit("move", moveNodes(places), `push ${[...places.keys()].join()}`)
  }
}

function add(parts: EditorParts): void {
  const adding = placeOf(flowOf(parts), parts.blocks, wishOf(parts, null))
  parts.session.setState({ adding, ghost: null })
}

function insert(parts: EditorParts): void {
  const id = chosen(parts).find((one) => findEdge(flowOf(parts), one))
  const near = parts.view.current?.middle() ?? { x: 0, y: 0 }
  if (id === undefined) return
  parts.session.setState({
    adding: placeOf(flowOf(parts), parts.blocks, { kind: "line", edge: id, near }),
    ghost: null,
  })
}

function join(parts: EditorParts, more: Doings): void {
  const [from, to] = steps(parts)
  if (from === undefined || to === undefined) return
  const port = freePort(parts, from) ?? "out"
  const refused = refuses(flowOf(parts), parts.blocks, from, port, to)
  if (refused) more.refuse(refused.code)
  else parts.store.getState().edit("connect", connect(from, port, to))
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

const panel = (name: "problems" | "versions" | "simulate") => (parts: EditorParts) =>
  parts.session.setState(({ panel: open }) => ({ panel: open === name ? null : name }))
const dialog = (name: "commands" | "publish" | "keys" | "find") => (parts: EditorParts) =>
  parts.session.setState({ dialog: name })

export const COMMANDS: readonly Command[] = [
  { id: "save", group: "flow", keys: ["mod+s"], run: (_, more) => more.save() },
  { id: "simulate", group: "flow", keys: ["mod+enter"], run: panel("simulate") },
  {
    id: "publish",
    group: "flow",
    keys: ["mod+shift+enter"],
    changes: true,
    run: dialog("publish"),
  },
  { id: "problems", group: "flow", keys: ["mod+shift+m"], run: panel("problems") },
  { id: "versions", group: "flow", keys: ["mod+shift+h"], run: panel("versions") },

  {
    id: "undo",
    group: "edit",
    keys: ["mod+z"],
    changes: true,
    enabled: (parts) => parts.store.getState().past.length > 0,
    run: (parts) => parts.store.getState().undo(),
  },
  {
    id: "redo",
    group: "edit",
    keys: ["mod+shift+z", "mod+y"],
    changes: true,
    enabled: (parts) => parts.store.getState().future.length > 0,
    run: (parts) => parts.store.getState().redo(),
  },
  {
    id: "copy",
    group: "edit",
    keys: ["mod+c"],
    enabled: hasAny,
    run: (p, more) => void copy(p, more),
  },
  {
    id: "cut",
    group: "edit",
    keys: ["mod+x"],
    changes: true,
    enabled: hasAny,
    run: (parts, more) => {
      if (copy(parts, more)) remove(parts)
    },
  },
  { id: "paste", group: "edit", keys: ["mod+v"], changes: true, run: pasteCopied },
  {
    id: "duplicate",
    group: "edit",
    keys: ["mod+d"],
    changes: true,
    enabled: hasAny,
    run: duplicate,
  },
  {
    id: "remove",
    group: "edit",
    keys: ["delete", "backspace"],
    changes: true,
    enabled: hasAny,
    run: remove,
  },
  { id: "selectAll", group: "edit", keys: ["mod+a"], run: selectAll },
  { id: "leave", group: "edit", keys: ["escape"], run: leave },

  { id: "add", group: "steps", keys: ["a", "+"], changes: true, run: add },
  {
    id: "insert",
    group: "steps",
    keys: ["i"],
    changes: true,
    enabled: (parts) => chosen(parts).some((id) => findEdge(flowOf(parts), id)),
    run: insert,
  },
  {
    id: "connect",
    group: "steps",
    keys: ["c"],
    changes: true,
    enabled: (parts) => steps(parts).length === 2,
    run: join,
  },
  {
    id: "form",
    group: "steps",
    keys: ["enter", "f2"],
    enabled: hasSteps,
    run: (parts) => {
      parts.session.setState({ inspector: true })
      requestAnimationFrame(() => {
        const field = document.querySelector<HTMLElement>(".inspector input, .inspector textarea")
        field?.focus()
      })
    },
  },
  {
    id: "addNote",
    group: "steps",
    keys: ["n"],
    changes: true,
    run: (parts) =>
      parts.store
        .getState()
        .edit("note", addNote("", parts.view.current?.middle() ?? { x: 0, y: 0 })),
  },
  {
    id: "tidy",
    group: "steps",
    keys: ["shift+t"],
    changes: true,
    run: (parts) => {
      parts.store.getState().edit("tidy", tidy(parts.blocks))
      requestAnimationFrame(() => parts.view.current?.fit())
    },
  },
  ...ALIGNMENTS.map(
    (how): Command => ({
      id: `align_${how}`,
      group: "steps",
      keys: [],
      changes: true,
      enabled: (parts) => steps(parts).length > (how === "row" || how === "column" ? 2 : 1),
      run: (parts) => parts.store.getState().edit("align", align(steps(parts), how, parts.blocks)),
    }),
  ),
  {
    id: "moveLeft",
    group: "steps",
    keys: ["shift+arrowleft"],
    changes: true,
    enabled: hasAny,
    run: push(-20, 0),
  },
  {
    id: "moveRight",
    group: "steps",
    keys: ["shift+arrowright"],
    changes: true,
    enabled: hasAny,
    run: push(20, 0),
  },
  {
    id: "moveUp",
    group: "steps",
    keys: ["shift+arrowup"],
    changes: true,
    enabled: hasAny,
    run: push(0, -20),
  },
  {
    id: "moveDown",
    group: "steps",
    keys: ["shift+arrowdown"],
    changes: true,
    enabled: hasAny,
    run: push(0, 20),
  },

  { id: "commands", group: "view", keys: ["mod+shift+p", "f1"], run: dialog("commands") },
  { id: "find", group: "view", keys: ["mod+f"], run: dialog("find") },
  { id: "left", group: "view", keys: ["arrowleft"], run: go("left") },
  { id: "right", group: "view", keys: ["arrowright"], run: go("right") },
  { id: "up", group: "view", keys: ["arrowup"], run: go("up") },
  { id: "down", group: "view", keys: ["arrowdown"], run: go("down") },
  { id: "fit", group: "view", keys: ["shift+1"], run: (parts) => parts.view.current?.fit() },
  { id: "zoomIn", group: "view", keys: ["mod+="], run: (parts) => parts.view.current?.zoom("in") },
  {
    id: "zoomOut",
    group: "view",
    keys: ["mod+-"],
    run: (parts) => parts.view.current?.zoom("out"),
  },
  {
    id: "whole",
    group: "view",
    keys: ["mod+0"],
    run: (parts) => parts.view.current?.zoom("whole"),
  },
  {
    id: "palette",
    group: "view",
    keys: ["mod+b"],
    run: (parts) => parts.session.setState(({ palette }) => ({ palette: !palette })),
  },
  { id: "keys", group: "view", keys: ["shift+?"], run: dialog("keys") },
]

/** Whether a command can be done now. */
export function canRun(command: Command, parts: EditorParts): boolean {
  if (command.changes && parts.session.getState().readOnly) return false
  return command.enabled?.(parts) ?? true
}
