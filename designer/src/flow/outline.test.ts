import { expect, it } from "vitest"
import { outlineOf, type Row } from "./outline"
import type { Flow, FlowNode } from "./types"

const BRANCH = [
  { id: "yes", label: "是" },
  { id: "no", label: "否" },
]
const ONE = [{ id: "out", label: "继续" }]
const portsOf = (node: FlowNode) => (node.type === "branch" ? BRANCH : ONE)

const flow = (nodes: string[], lines: string[], more: Partial<FlowNode>[] = []): Flow => ({
  key: "demo",
  name: "示例",
  nodes: nodes.map((id) => ({
    id,
    type: id.startsWith("b") ? "branch" : "step",
    ...more.find((one) => one.id === id),
  })),
  edges: lines.map((line) => {
    const [from = "", port, to = ""] = line.split(/ (\w+)?> ?/)
    return { id: line, from, to, ...(port ? { port } : {}) }
  }),
})

const said = (rows: Row[]) =>
  rows.map((row) => {
    const words = {
      step: () => (row.kind === "step" ? row.node.id : ""),
      way: () => (row.kind === "way" ? `- ${row.port.label}` : ""),
      jump: () => (row.kind === "jump" ? `→ ${row.to.id}` : ""),
      box: () => (row.kind === "box" ? `[${row.holder.id}` : ""),
    }[row.kind]()
    return `${" ".repeat(row.depth)}${words}`
  })

it("tells a chain at one depth", () => {
  expect(said(outlineOf(flow(["a", "c", "d"], ["a > c", "c > d"]), portsOf))).toEqual([
    "a",
    "c",
    "d",
  ])
})

it("tells what branches join in after the branches, at the depth of the branching", () => {
  const found = flow(["a", "b", "c", "d"], ["a > b", "b yes> c", "c > d", "b no> d"])
  expect(said(outlineOf(found, portsOf))).toEqual([
    "a",
    "b",
    " - 是",
    "  c",
    "  → d",
    " - 否",
    "  → d",
    "d",
  ])
})

it("keeps a join that an outer branching ends out of the inner one", () => {
  const lines = ["b1 no> e", "b1 yes> b2", "b2 yes> c", "c > e", "b2 no> e"]
  expect(said(outlineOf(flow(["b1", "b2", "c", "e"], lines), portsOf))).toEqual([
    "b1",
    " - 是",
    "  b2",
    "   - 是",
    "    c",
    "    → e",
    "   - 否",
    "    → e",
    " - 否",
    "  → e",
    "e",
  ])
})

it("shows ways nobody leads on, boxes with what is inside, and hides nothing", () => {
  const inner = { nodes: [{ id: "x", type: "step" }] }
  const found = flow(["a", "l", "z"], ["a > l"], [{ id: "l", body: inner }])
  expect(said(outlineOf(found, portsOf))).toEqual(["a", "l", " [l", "  x", "z"])
  const loop = flow(["a", "c"], ["a > c", "c > a"])
  expect(said(outlineOf(loop, portsOf)).filter((one) => !one.includes("→"))).toEqual(["a", "c"])
  expect(said(outlineOf(flow(["b"], []), portsOf))).toEqual(["b", " - 是", " - 否"])
})
