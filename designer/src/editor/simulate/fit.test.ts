import { expect, it } from "vitest"
import type { Json } from "@/flow/types"
import { fitted } from "./fit"

const event = { type: "refund.requested", data: { refund: { amount: "320.00", status: "closed" } } }
const listening = (condition: Json) => ({
  key: "demo",
  name: "示例",
  params: { type: "object", properties: { from: { type: "number", default: 1000 } } },
  nodes: [{ id: "a", type: "event", config: { type: "refund.requested", condition } }],
})

it("gives a made event what the trigger asks of it", () => {
  const rows: Json = {
    all: [
      { field: "refund.amount", op: "ge", value: { field: "params.from" } },
      { any: [{ field: "event.data.refund.status", op: "in", value: ["requested", "agreed"] }] },
    ],
  }
  expect(fitted(event, listening(rows)).data).toEqual({
    refund: { amount: "1000", status: "requested" },
  })
})

it("reads a condition that is written as text", () => {
  const made = fitted(event, listening("refund.amount > 500 and refund.status == 'requested'"))
  expect(made.data).toEqual({ refund: { amount: "501", status: "requested" } })
})

it("leaves alone what fits already, what is not there and what rows cannot say", () => {
  for (const condition of [
    "refund.amount > 300",
    "customer.level == 'VIP'",
    "len(refund.status) > 3",
    { all: [{ field: "refund.amount", op: "is_empty" }] },
  ])
    expect(fitted(event, listening(condition))).toEqual(event)
})
