// Looking around: arrows among cards and lines, zoom, panels, search, the list instead of the canvas.

import { findEdge, findNode, portOf } from "@/flow/graphs"
import { portsOf } from "@/flow/ports"
import type { EditorParts } from "../context"
import { neighbour, type Where } from "../neighbours"
import { type Dialog, type Panel, select } from "../session"
import { type Command, flowOf, hasSteps, lineOf, steps } from "./command"

/** From a card to the next one; from a line to its ends, or to the line beside it. */
function go(where: Where) {
  return (parts: EditorParts) => {
    const flow = flowOf(parts)
    const line = lineOf(parts)
    if (line !== undefined && steps(parts).length === 0) {
      goFromLine(parts, line, where)
      return
    }
    const [from] = steps(parts)
    const next =
      from === undefined ? flow.nodes?.[0]?.id : neighbour(flow, parts.blocks, from, where)
    if (next !== undefined && next !== null) land(parts, next)
  }
}

function goFromLine(parts: EditorParts, id: string, where: Where): void {
  const found = findEdge(flowOf(parts), id)
  if (!found) return
  if (where === "left" || where === "right") {
    land(parts, where === "left" ? found.edge.from : found.edge.to)
    return
  }
  const beside = linesOut(parts, found.edge.from)
  const at = beside.indexOf(id) + (where === "down" ? 1 : -1)
  const next = beside[(at + beside.length) % beside.length]
  if (next !== undefined) select(parts.session, [next])
}

function land(parts: EditorParts, id: string): void {
  select(parts.session, [id])
  parts.view.current?.show([id])
  parts.view.current?.focus(id)
}

/** The lines out of a step, by the order of its ports. */
function linesOut(parts: EditorParts, id: string): string[] {
  const found = findNode(flowOf(parts), id)
  if (!found) return []
  const order = portsOf(found.node, parts.blocks.get(found.node.type)).map((port) => port.id)
  return (found.graph.edges ?? [])
    .filter((edge) => edge.from === id)
    .sort((a, b) => order.indexOf(portOf(a)) - order.indexOf(portOf(b)))
    .map((edge) => edge.id)
}

function toLine(way: "in" | "out") {
  return (parts: EditorParts) => {
    const [id] = steps(parts)
    const found = id === undefined ? undefined : findNode(flowOf(parts), id)
    if (!found || id === undefined) return
    const line =
      way === "out" ? linesOut(parts, id)[0] : found.graph.edges?.find((edge) => edge.to === id)?.id
    if (line !== undefined) select(parts.session, [line])
  }
}

const panel = (name: Panel) => (parts: EditorParts) =>
  parts.session.setState(({ panel: open }) => ({ panel: open === name ? null : name }))
const dialog = (name: Dialog) => (parts: EditorParts) => parts.session.setState({ dialog: name })

export const OF_FLOW: readonly Command[] = [
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
  { id: "heat", group: "flow", keys: ["mod+shift+y"], run: panel("heat") },
]

const group = "view"

export const LOOKING: readonly Command[] = [
  { id: "commands", group, keys: ["mod+shift+p", "f1"], run: dialog("commands") },
  { id: "find", group, keys: ["mod+f"], run: dialog("find") },
  {
    id: "list",
    group,
    keys: ["mod+shift+l"],
    run: (parts) =>
      parts.session.setState(({ view }) => ({
        view: view === "list" ? "canvas" : "list",
        adding: null,
        ghost: null,
      })),
  },
  { id: "left", group, keys: ["arrowleft"], run: go("left") },
  { id: "right", group, keys: ["arrowright"], run: go("right") },
  { id: "up", group, keys: ["arrowup"], run: go("up") },
  { id: "down", group, keys: ["arrowdown"], run: go("down") },
  { id: "lineOut", group, keys: ["alt+arrowright"], enabled: hasSteps, run: toLine("out") },
  { id: "lineIn", group, keys: ["alt+arrowleft"], enabled: hasSteps, run: toLine("in") },
  { id: "fit", group, keys: ["shift+1"], run: (parts) => parts.view.current?.fit() },
  { id: "zoomIn", group, keys: ["mod+="], run: (parts) => parts.view.current?.zoom("in") },
  { id: "zoomOut", group, keys: ["mod+-"], run: (parts) => parts.view.current?.zoom("out") },
  { id: "whole", group, keys: ["mod+0"], run: (parts) => parts.view.current?.zoom("whole") },
  {
    id: "palette",
    group,
    keys: ["mod+b"],
    run: (parts) => parts.session.setState(({ palette }) => ({ palette: !palette })),
  },
  { id: "keys", group, keys: ["shift+?"], run: dialog("keys") },
]
