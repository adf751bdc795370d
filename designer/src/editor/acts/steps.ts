// Adding, connecting, moving and arranging steps.

import { freePlace, noteRect, rectOf } from "@/flow/geometry"
import { findEdge, findNode } from "@/flow/graphs"
import { tidy } from "@/flow/layout"
import { ALIGNMENTS, align } from "@/flow/operations/align"
import { connect } from "@/flow/operations/lines"
import { moveNodes } from "@/flow/operations/moveNodes"
import { addNote } from "@/flow/operations/settings"
import { canShift, shift } from "@/flow/operations/shift"
import { refuses } from "@/flow/ports"
import type { Position } from "@/flow/types"
import { placeOf } from "../adding"
import type { EditorParts } from "../context"
import { freePort, wishOf } from "../wishes"
import {
  type Command,
  chosen,
  type Doings,
  flowOf,
  hasAny,
  hasSteps,
  lineOf,
  steps,
} from "./command"

/** Where one looks, but on no card: a note lies behind them. */
function roomForNote(parts: EditorParts): Position {
  const flow = flowOf(parts)
  const near = parts.view.current?.middle() ?? { x: 0, y: 0 }
  const taken = (flow.nodes ?? []).map((node) => rectOf(node, parts.blocks, flow))
  return freePlace(noteRect({ position: near }), taken)
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
  const id = lineOf(parts)
  if (id === undefined) return
  const near = middleOf(parts, id)
  parts.session.setState({
    adding: placeOf(flowOf(parts), parts.blocks, { kind: "line", edge: id, near }),
    ghost: null,
  })
}

/** Half way along a line; in a list, where nothing has a place, anywhere will do. */
function middleOf(parts: EditorParts, id: string) {
  const line = findEdge(flowOf(parts), id)
  const ends = line ? [line.edge.from, line.edge.to] : []
  const seen = ends.flatMap((end) => parts.view.current?.placeOf(end) ?? [])
  const [from, to] = seen
  if (!from || !to) return parts.view.current?.middle() ?? { x: 0, y: 0 }
  return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
}

/** Two selected steps are joined at once; from one, a dialog asks which way and where to. */
function join(parts: EditorParts, more: Doings): void {
  const [from, to] = steps(parts)
  if (from === undefined) return
  if (to === undefined) {
    parts.session.setState({ dialog: "connect" })
    return
  }
  const port = freePort(parts, from) ?? "out"
  const refused = refuses(flowOf(parts), parts.blocks, from, port, to)
  if (refused) more.refuse(refused.code)
  else parts.store.getState().edit("connect", connect(from, port, to))
}

function shifting(by: "earlier" | "later") {
  return {
    enabled: (parts: EditorParts) => {
      const [id, more] = steps(parts)
      return id !== undefined && more === undefined && canShift(flowOf(parts), parts.blocks, id, by)
    },
    run: (parts: EditorParts) => {
      const [id] = steps(parts)
      if (id === undefined) return
      parts.store.getState().edit("move", shift(id, by, parts.blocks))
      parts.view.current?.focus(id)
    },
  }
}

function openForm(parts: EditorParts): void {
  parts.session.setState({ inspector: true })
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLElement>(".inspector input, .inspector textarea")
    field?.focus()
  })
}

const group = "steps"

export const ARRANGING: readonly Command[] = [
  { id: "add", group, keys: ["a", "+"], changes: true, run: add },
  {
    id: "insert",
    group,
    keys: ["i"],
    changes: true,
    enabled: (parts) => lineOf(parts) !== undefined,
    run: insert,
  },
  { id: "connect", group, keys: ["c"], changes: true, enabled: hasSteps, run: join },
  {
    id: "form",
    group,
    keys: ["enter", "f2"],
    enabled: (parts) => hasSteps(parts) || lineOf(parts) !== undefined,
    run: openForm,
  },
  {
    id: "addNote",
    group,
    keys: ["n"],
    changes: true,
    run: (parts) => parts.store.getState().edit("note", addNote("", roomForNote(parts))),
  },
  {
    id: "tidy",
    group,
    keys: ["shift+t"],
    changes: true,
    run: (parts) => {
      parts.store.getState().edit("tidy", tidy(parts.blocks))
      requestAnimationFrame(() => parts.view.current?.fit())
    },
  },
  { id: "earlier", group, keys: ["alt+arrowup"], changes: true, ...shifting("earlier") },
  { id: "later", group, keys: ["alt+arrowdown"], changes: true, ...shifting("later") },
  ...ALIGNMENTS.map(
    (how): Command => ({
      id: `align_${how}`,
      group,
      keys: [],
      changes: true,
      enabled: (parts) => steps(parts).length > (how === "row" || how === "column" ? 2 : 1),
      run: (parts) => parts.store.getState().edit("align", align(steps(parts), how, parts.blocks)),
    }),
  ),
  {
    id: "moveLeft",
    group,
    keys: ["shift+arrowleft"],
    changes: true,
    enabled: hasAny,
    run: push(-20, 0),
  },
  {
    id: "moveRight",
    group,
    keys: ["shift+arrowright"],
    changes: true,
    enabled: hasAny,
    run: push(20, 0),
  },
  {
    id: "moveUp",
    group,
    keys: ["shift+arrowup"],
    changes: true,
    enabled: hasAny,
    run: push(0, -20),
  },
  {
    id: "moveDown",
    group,
    keys: ["shift+arrowdown"],
    changes: true,
    enabled: hasAny,
    run: push(0, 20),
  },
]
