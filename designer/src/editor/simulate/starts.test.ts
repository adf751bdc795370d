import { describe, expect, it } from "vitest"
import type { Catalog } from "@/flow/catalog"
import { blocksOf } from "@/flow/catalog"
import type { Flow } from "@/flow/types"
import catalog from "@/testing/catalog.json"
import { doorsOf, firstStart, hearsEvents } from "./starts"

const BLOCKS = blocksOf(catalog as unknown as Catalog)
const inputs = {
  type: "object",
  required: ["store"],
  properties: { store: { type: "string", default: "一店" }, count: { type: "integer" } },
}
const flowOf = (...nodes: Flow["nodes"] & object): Flow => ({
  format: "jimu.flow/1",
  key: "f",
  name: "f",
  nodes,
  edges: [],
})

describe("the starts of a flow", () => {
  it("are its triggers but those by event, each with what it wants to know", () => {
    const flow = flowOf(
      { id: "e", type: "event", config: { type: "order.paid" } },
      { id: "m", type: "manual", name: "补发", config: { inputs } },
      { id: "f", type: "form", config: { form: inputs } },
      { id: "w", type: "webhook", config: { payload: inputs } },
      { id: "s", type: "schedule", config: { cron: "0 9 * * *" } },
      { id: "x", type: "end", config: {} },
    )
    const doors = doorsOf(flow, BLOCKS)
    expect(doors.map((one) => [one.node, one.kind])).toEqual([
      ["m", "manual"],
      ["f", "form"],
      ["w", "webhook"],
      ["s", "schedule"],
    ])
    expect(doors.map((one) => one.inputs !== null)).toEqual([true, true, true, false])
    expect(doors[0]?.name).toBe("补发")
    expect(hearsEvents(flow, BLOCKS)).toBe(true)
    expect(hearsEvents(flowOf({ id: "m", type: "manual", config: {} }), BLOCKS)).toBe(false)
  })

  it("begin with the defaults of their form; a schedule takes nothing", () => {
    const [manual, schedule] = doorsOf(
      flowOf(
        { id: "m", type: "manual", config: { inputs } },
        { id: "s", type: "schedule", config: { cron: "0 9 * * *" } },
      ),
      BLOCKS,
    )
    expect(manual && firstStart(manual)).toEqual({ node: "m", inputs: { store: "一店" } })
    expect(schedule && firstStart(schedule)).toEqual({ node: "s" })
  })
})
