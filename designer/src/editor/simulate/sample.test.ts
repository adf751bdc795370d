import { expect, it } from "vitest"
import type { Schema } from "@/flow/catalog"
import { faultsOf } from "@/forms/validator"
import { askPython } from "@/testing/python"
import { sampleOf, startTypes } from "./sample"

it("makes an event of every type that its schema accepts", () => {
  const schemas = askPython<Record<string, Schema>>(
    `from engine.core.catalog import said
from engine.core.event_types import EVENT_TYPES, event_schema
print(json.dumps({one: said(event_schema(one), "zh") for one in EVENT_TYPES}, default=str))`,
  )
  const refused = Object.entries(schemas).flatMap(([type, schema]) =>
    faultsOf(schema as never, sampleOf(schema, schema)).map((fault) => `${type}${fault.path}`),
  )
  expect(refused).toEqual([])
})

it("knows which events a flow begins with", () => {
  const flow = {
    key: "demo",
    name: "示例",
    nodes: [
      { id: "a", type: "event", config: { type: "order.paid" } },
      { id: "b", type: "event", config: { type: "order.paid" } },
      { id: "c", type: "wait_for_event", config: { type: "refund.requested" } },
    ],
  }
  expect(startTypes(flow, (type) => type === "event")).toEqual(["order.paid"])
})
