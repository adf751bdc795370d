import { describe, expect, it } from "vitest"
import type { ProductShown, UnmappedShown } from "@/api/types"
import { bodyOf, missingOf, typedFrom, typedOf } from "./form"

const GOODS: UnmappedShown = {
  id: "unm_1",
  platform: "douyin",
  shop: "旗舰店",
  code: "3500",
  outer_id: null,
  sku: null,
  external_id: "3500",
  name: "眼霜",
  category: "护肤",
  order: "O1",
  seen_at: "2026-11-11T00:00:00Z",
  state: "open",
  note: null,
  likely: [],
}
const PRODUCT: ProductShown = {
  id: "prd_1",
  sku: "QH-1",
  name: "眼霜 15g",
  category: null,
  cost: "46.50",
  currency: "CNY",
  consumed_in_days: 45,
  attributes: { colour: "白" },
  ids: [{ platform: "douyin", shop: null, external_id: "9" }],
  archived_at: null,
  revision: 1,
}

describe("a product", () => {
  it("is sent as it was read when nothing is changed, attributes included", () => {
    const { id: _, archived_at: __, revision: ___, ...said } = PRODUCT
    expect(bodyOf(typedOf(PRODUCT), PRODUCT)).toEqual(said)
  })

  it("has no currency without a cost", () => {
    expect(bodyOf({ ...typedOf(PRODUCT), cost: " " }, PRODUCT)).toMatchObject({
      cost: null,
      currency: null,
    })
  })

  it("made of goods of an order is found again by what the order called them", () => {
    expect(typedFrom(GOODS)).toMatchObject({
      sku: "3500",
      name: "眼霜",
      ids: [{ platform: "douyin", shop: "旗舰店", external_id: "3500" }],
    })
    const coded = { ...GOODS, code: "QH-2", outer_id: "QH-2" }
    expect(typedFrom(coded)).toMatchObject({ sku: "QH-2", ids: [] })
  })

  it("says what is missing", () => {
    expect(missingOf(typedOf(null))).toEqual(["sku", "name"])
    const ids = [{ platform: "douyin", shop: null, external_id: " " }]
    expect(missingOf({ ...typedOf(PRODUCT), cost: "1.23456", ids })).toEqual(["cost", "ids"])
    expect(missingOf(typedOf(PRODUCT))).toEqual([])
  })
})
