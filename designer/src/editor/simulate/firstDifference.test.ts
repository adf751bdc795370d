import { expect, it } from "vitest"
import type { Trace } from "../lights"
import { firstDifference } from "./firstDifference"

const step = (node: string, more: object = {}) => ({
  path: `root/${node}`,
  node,
  status: "done",
  ports: ["out"],
  output: null,
  error: null,
  ...more,
})
const trace = (...steps: object[]) => ({ lines: {}, steps }) as unknown as Trace

it("finds the first step that ended otherwise", () => {
  const old = trace(step("t"), step("b", { ports: ["yes"] }), step("x"))
  const fresh = trace(step("t"), step("b", { ports: ["no"] }), step("y"))
  expect(firstDifference(old, fresh)?.node).toBe("b")
})

it("finds a step that only one of them did, and nothing between equals", () => {
  const old = trace(step("t"))
  expect(firstDifference(old, trace(step("t"), step("y")))).toMatchObject({ node: "y" })
  expect(firstDifference(trace(step("t"), step("y")), old)).toMatchObject({ node: "y" })
  expect(firstDifference(old, trace(step("t"), step("z", { status: "skipped" })))).toBeNull()
})
