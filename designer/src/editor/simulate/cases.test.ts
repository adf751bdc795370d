import { expect, it } from "vitest"
import type { Trace } from "../lights"
import { caseOf, placeOf } from "./cases"

const step = (path: string, status: string, ports: string[]) => ({ path, status, ports })
const trace = {
  status: "succeeded",
  lines: {},
  steps: [
    step("root/t", "done", ["out"]),
    step("root/b", "done", ["yes"]),
    step("root/x", "skipped", []),
    step("root/l[0]/a", "done", ["out"]),
  ],
} as unknown as Trace

it("expects of an event the way it took", () => {
  const made = caseOf({ type: "order.paid", time: "2026-11-11T02:00:00Z" }, trace, [], "用例")
  expect(made.name).toBe("用例 1")
  expect(made.now).toBe("2026-11-11T02:00:00Z")
  expect(made.expect).toEqual({
    starts: true,
    status: "succeeded",
    ports: { t: "out", b: "yes", "l/a": "out" },
  })
})

it("gives every case a name of its own", () => {
  const taken = [
    { name: "用例 2", event: {} },
    { name: "大单", event: {} },
  ]
  expect(caseOf({}, trace, taken, "用例").name).toBe("用例 3")
})

it("knows a step's place without its rounds, items and ticks", () => {
  expect(placeOf("root/n5[2]/n6")).toBe("n5/n6")
  expect(placeOf("root/n7~1/n8")).toBe("n7/n8")
})
