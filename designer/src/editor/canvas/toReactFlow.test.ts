import { expect, it } from "vitest"
import { blocksOf, type Catalog } from "@/flow/catalog"
import { edit, startHistory } from "@/flow/history"
import { setStep } from "@/flow/operations/settings"
import type { Flow } from "@/flow/types"
import catalogJson from "@/testing/catalog.json"
import { lightsOf } from "../lights"
import { createSession, NO_DRAG } from "../session"
import { Drawing } from "./toReactFlow"

const blocks = blocksOf(catalogJson as unknown as Catalog)
const flow: Flow = {
  key: "demo",
  name: "示例",
  nodes: [
    { id: "start", type: "event" },
    {
      id: "each",
      type: "for_each",
      position: { x: 260 },
      body: { nodes: [{ id: "tell", type: "notify" }] },
    },
    {
      id: "ask",
      type: "approval",
      position: { x: 700, y: 0 },
      config: { reminders: [{ id: "urge", name: "催办", after: "PT1H", every: "PT1H" }] },
      handlers: { urge: { nodes: [{ id: "nudge", type: "notify" }] } },
    },
  ],
  edges: [{ id: "a", from: "start", to: "each" }],
}
const history = startHistory(flow)
const shown = createSession().getState()

it("draws parents before what they hold, and what they hold inside of them", () => {
  const nodes = new Drawing(blocks).drawNodes(history.flow, shown, NO_DRAG)
  expect(nodes.map((node) => node.id)).toEqual([
    "start",
    "each",
    "tell",
    "ask",
    "ask#urge",
    "nudge",
  ])
  expect(nodes.find((node) => node.id === "tell")?.parentId).toBe("each")
  expect(nodes.find((node) => node.id === "nudge")?.parentId).toBe("ask#urge")
})

it("redraws the dragged card and no other", () => {
  const drawing = new Drawing(blocks)
  const before = drawing.drawNodes(history.flow, shown, NO_DRAG)
  const places = new Map([["start", { x: 40, y: 8 }]])
  const after = drawing.drawNodes(history.flow, shown, { ...NO_DRAG, places })
  const changed = after.filter((node, index) => node !== before[index]).map((node) => node.id)
  expect(changed).toEqual(["start"])
  expect(after[0]?.position).toEqual({ x: 40, y: 8 })
})

it("redraws the edited card and no other, and keeps lines as they are", () => {
  const drawing = new Drawing(blocks)
  const before = drawing.drawNodes(history.flow, shown, NO_DRAG)
  const lines = drawing.drawEdges(history.flow, shown, null)
  const next = edit(history, "rename", setStep("ask", { name: "店长审批" })).flow
  const after = drawing.drawNodes(next, shown, NO_DRAG)
  const changed = after.filter((node, index) => node !== before[index]).map((node) => node.id)
  expect(changed).toEqual(["ask"])
  expect(drawing.drawEdges(next, shown, null)[0]).toBe(lines[0])
})

it("shows what matters most of a step that ran several times in a box", () => {
  const lights = lightsOf({
    steps: [
      { node: "tell", status: "done" },
      { node: "tell", status: "failed" },
      { node: "tell", status: "skipped" },
    ],
    lines: { root: { a: "lit" }, "root/each[1]": { b: "grey" }, "root/each[2]": { b: "lit" } },
  })
  expect(lights.get("tell")).toBe("failed")
  expect(lights.get("b")).toBe("lit")
})
