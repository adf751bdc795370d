import { describe, expect, it } from "vitest"
import { orderOf } from "./RunMoney"

describe("the order a run is about", () => {
  it("is called as the ledger calls it", () => {
    const record = { platform: "douyin", shop: "flagship", external_id: "69211" }
    expect(orderOf({ order: record })).toBe("douyin/flagship/69211")
    expect(orderOf({ order: { ...record, shop: null } })).toBe("douyin//69211")
  })

  it("is that of a refund too", () => {
    const refund = { platform: "own", shop: "1", external_id: "R1", order_id: "O1" }
    expect(orderOf({ refund })).toBe("own/1/O1")
  })

  it("is none where the event tells of something else", () => {
    expect(orderOf(undefined)).toBeUndefined()
    expect(orderOf({ visit: { page: "/" } })).toBeUndefined()
    expect(orderOf({ order: { platform: "own" } })).toBeUndefined()
  })
})
