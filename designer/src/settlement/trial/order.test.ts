import dayjs from "dayjs"
import { describe, expect, it } from "vitest"
import { customerOf, type Figures, orderOf, rolesOf } from "./order"

const FIGURES: Figures = {
  amount: "100.00",
  quantity: 2,
  paidAt: dayjs("2026-11-11T10:00:00+08:00"),
  platform: "douyin",
  shop: "",
  channel: "",
  store: "",
  product: "A-1",
  category: "",
  kind: "normal",
  status: "delivered",
  campaign: "",
  adjustments: [{ type: "points", amount: "8.00", bearer: "shop" }],
  fees: [{ type: "payment_fee", amount: "" }],
  tags: [],
  level: "",
}

describe("an imagined order", () => {
  it("is a canonical order of one line, without what was left empty", () => {
    const order = orderOf(FIGURES, "CNY")
    expect(order).toMatchObject({
      platform: "douyin",
      paid_at: "2026-11-11T02:00:00.000Z",
      delivered_at: "2026-11-11T02:00:00.000Z",
      lines: [{ id: "1", outer_id: "A-1", quantity: 2, amount: "100.00" }],
      adjustments: [{ type: "points", amount: "8.00", bearer: "shop" }],
    })
    expect(Object.keys(order)).not.toContain("fees")
    expect(Object.keys(order)).not.toContain("channel")
    expect(customerOf(FIGURES)).toBeUndefined()
  })

  it("asks for a party of each role but our own", () => {
    const terms = [
      { party: { role: "promoter" }, bearer: { role: "brand" } },
      { party: { role: "promoter" }, bearer: { role: "agency" } },
      { party: { party: "pty_1" } },
    ]
    expect(rolesOf({ terms })).toEqual(["promoter", "agency"])
  })
})
