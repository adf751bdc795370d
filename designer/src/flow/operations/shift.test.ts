import { produce } from "immer"
import { expect, it } from "vitest"
import type { Blocks } from "../catalog"
import type { Flow } from "../types"
import { canShift, shift } from "./shift"

const block = (kind: string, ports: string[]) =>
  ({
    kind,
    ports: ports.map((id) => ({ id, label: id })),
  }) as unknown as Blocks extends ReadonlyMap<string, infer B> ? B : never
const BLOCKS: Blocks = new Map([
  ["event", block("trigger", ["out"])],
  ["step", block("action", ["out"])],
  ["ask", block("decision", ["approved", "rejected"])],
  ["end", block("end", [])],
])
const flow: Flow = {
  key: "demo",
  name: "示例",
  nodes: [
    { id: "t", type: "event", position: { x: 0, y: 0 } },
    { id: "a", type: "step", position: { x: 100, y: 0 } },
    { id: "q", type: "ask", position: { x: 200, y: 0 } },
    { id: "z", type: "end", position: { x: 300, y: 0 } },
  ],
  edges: [
    { id: "e1", from: "t", to: "a" },
    { id: "e2", from: "a", to: "q" },
    { id: "e3", from: "q", port: "approved", to: "z" },
  ],
}
const ways = (found: Flow) => found.edges?.map((e) => `${e.from}.${e.port ?? "out"}>${e.to}`)

it("lets two neighbours change places with their lines and positions", () => {
  const made = produce(flow, shift("q", "earlier", BLOCKS))
  expect(ways(made)).toEqual(["t.out>q", "q.approved>a", "a.out>z"])
  expect(made.nodes?.[1]?.position).toEqual({ x: 200, y: 0 })
  expect(ways(produce(flow, shift("a", "later", BLOCKS)))).toEqual(ways(made))
})

it("goes back to where it was", () => {
  const there = produce(flow, shift("q", "earlier", BLOCKS))
  expect(ways(produce(there, shift("q", "later", BLOCKS)))).toEqual(ways(flow))
})

it("moves nothing before a start, behind an end, or past a branching", () => {
  expect(canShift(flow, BLOCKS, "a", "earlier")).toBe(false)
  expect(canShift(flow, BLOCKS, "q", "later")).toBe(false)
  expect(canShift(flow, BLOCKS, "t", "later")).toBe(false)
  const more = { id: "e4", from: "q", port: "rejected", to: "z" }
  const branched = { ...flow, edges: [...(flow.edges ?? []), more] }
  expect(canShift(branched, BLOCKS, "a", "later")).toBe(false)
})
