// What a command is, and what most of them ask: which steps are selected, in which document.

import { findEdge, findNode } from "@/flow/graphs"
import type { Alignment } from "@/flow/operations/align"
import type { EditorParts } from "../context"

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
  | "earlier"
  | "find"
  | "fit"
  | "form"
  | "heat"
  | "insert"
  | "keys"
  | "later"
  | "left"
  | "leave"
  | "lineIn"
  | "lineOut"
  | "list"
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

export const flowOf = (parts: EditorParts) => parts.store.getState().flow
export const chosen = (parts: EditorParts) => [...parts.session.getState().selected]
/** The selected steps, in the order they were selected. */
export const steps = (parts: EditorParts) =>
  chosen(parts).filter((id) => findNode(flowOf(parts), id))
/** The selected line, if one is. */
export const lineOf = (parts: EditorParts) =>
  chosen(parts).find((id) => findEdge(flowOf(parts), id))
export const hasSteps = (parts: EditorParts) => steps(parts).length > 0
export const hasAny = (parts: EditorParts) => chosen(parts).length > 0
