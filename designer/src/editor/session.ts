// What one editor shows at the moment: never saved, never undone.

import { createStore, type StoreApi } from "zustand/vanilla"
import type { Mark } from "@/flow/diff"
import type { ScopeId } from "@/flow/graphs"
import type { Position, Problem } from "@/flow/types"
import type { LiveDrag } from "./canvas/liveDrag"
import type { Light, TraceStep } from "./lights"

/**
 * Where the next step will go: behind a port, into a line, or just there. `position` is in the graph
 * `scope`, `at` the same place on the canvas.
 */
export type Adding = { position: Position; at: Position; scope: ScopeId } & (
  | { kind: "behind"; from: string; port: string }
  | { kind: "line"; edge: string }
  | { kind: "free" }
)

export type Panel = "problems" | "versions" | "simulate" | "heat" | null
export type Dialog = "commands" | "publish" | "keys" | "find" | "connect" | null
/** The same flow drawn, or told as a list: for phones, keyboards and screen readers. */
export type View = "canvas" | "list"

export interface Session {
  selected: ReadonlySet<string>
  adding: Adding | null
  /** The block whose ghost is shown where `adding` says. */
  ghost: string | null
  panel: Panel
  dialog: Dialog
  view: View
  /** Whether the panel with the form is shown. */
  inspector: boolean
  palette: boolean
  problems: ReadonlyMap<string, readonly Problem[]>
  allProblems: readonly Problem[]
  marks: ReadonlyMap<string, Mark>
  lights: ReadonlyMap<string, Light>
  /** How often each line was taken, in a test run or in the live flow. */
  heat: ReadonlyMap<string, number>
  /** What steps took, shown on hover: sentences by step. */
  times: ReadonlyMap<string, string>
  /** The event that is tried, as it is typed. */
  eventText: string
  /** Names and values of the chosen sample: what expressions would read. */
  sample: unknown
  /** What the steps of the chosen test run did, by step: the last time each was entered. */
  traced: ReadonlyMap<string, TraceStep>
  /** Steps found by the search in the flow. */
  found: ReadonlySet<string>
  readOnly: boolean
}

export type SessionApi = StoreApi<Session>

/** A drag under way. Apart from the session: it changes with every frame and no card looks at it. */
export interface Drag {
  /** Places of what is being dragged, in the graph of each. */
  places: ReadonlyMap<string, Position>
  /** The line it would be put into. */
  line: string | null
  /** The box it would be put into. */
  box: ScopeId | null
  /** Draws plain cards by hand; without it the canvas draws the places. */
  live: LiveDrag | null
}

export type DragApi = StoreApi<Drag>
export const NO_DRAG: Drag = { places: new Map(), line: null, box: null, live: null }
export const createDrag = (): DragApi => createStore<Drag>(() => NO_DRAG)

export const createSession = (readOnly = false): SessionApi =>
  createStore<Session>(() => ({
    selected: new Set(),
    adding: null,
    ghost: null,
    panel: null,
    dialog: null,
    view: "canvas",
    inspector: true,
    palette: true,
    problems: new Map(),
    allProblems: [],
    marks: new Map(),
    lights: new Map(),
    heat: new Map(),
    times: new Map(),
    eventText: "",
    sample: undefined,
    traced: new Map(),
    found: new Set(),
    readOnly,
  }))

/** Selects just these. */
export function select(session: SessionApi, ids: Iterable<string>): void {
  session.setState({ selected: new Set(ids) })
}
