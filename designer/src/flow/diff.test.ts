import { expect, it } from "vitest"
import { differences, isSame, together } from "./diff"
import type { Flow } from "./types"

const before: Flow = {
  key: "demo",
  name: "示例",
  nodes: [
    { id: "start", type: "event", version: 1, config: {}, position: { x: 0, y: 0 } },
    { id: "wait", type: "wait", config: { duration: "P1D" }, position: { x: 260, y: 0 } },
    { id: "end", type: "end", position: { x: 520, y: 0 } },
  ],
  edges: [
    { id: "a", from: "start", to: "wait" },
    { id: "b", from: "wait", to: "end" },
  ],
}

it("tells new, gone, changed and moved apart", () => {
  const after: Flow = {
    ...before,
    nodes: [
      { id: "start", type: "event", position: { x: 0, y: 40 } },
      { id: "wait", type: "wait", config: { duration: "P2D" }, position: { x: 260, y: 0 } },
      { id: "tell", type: "notify" },
    ],
    edges: [{ id: "a", from: "start", port: "out", to: "wait" }],
  }
  const found = differences(before, after)
  expect(Object.fromEntries(found.nodes)).toEqual({
    start: "moved",
    wait: "changed",
    tell: "added",
    end: "removed",
  })
  expect(Object.fromEntries(found.edges)).toEqual({ b: "removed" })
  const both = together(before, after)
  expect(both.nodes?.map((node) => node.id)).toEqual(["start", "wait", "tell", "end"])
  expect(both.edges?.map((edge) => edge.id)).toEqual(["a", "b"])
})

it("takes a document the server kept for the one that was sent", () => {
  const [start, ...rest] = before.nodes ?? []
  const kept = {
    ...before,
    nodes: [{ id: "start", type: "event", position: start?.position ?? {} }, ...rest],
  }
  expect(differences(before, kept).nodes.size).toBe(0)
  expect(isSame(before, structuredClone(before))).toBe(true)
})
