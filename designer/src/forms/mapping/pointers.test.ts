import { describe, expect, it } from "vitest"
import { flatten } from "./flatten"
import { holdersOf, pointersOf, recordAt } from "./pointers"

const SAMPLE = { trade: { tid: "1", "a/b": 2, items: [{ sku: "x" }, { sku: "y" }] }, ok: true }

describe("the pointers of a sample", () => {
  it("lead to every value, with a star for lists", () => {
    expect(pointersOf(SAMPLE)).toEqual([
      { at: "/trade/tid", value: "1" },
      { at: "/trade/a~1b", value: "2" },
      { at: "/trade/items/*/sku", value: "x" },
      { at: "/ok", value: "true" },
    ])
  })

  it("name where records may lie", () => {
    expect(holdersOf(SAMPLE)).toEqual(["/trade", "/trade/items"])
  })

  it("find the first record", () => {
    expect(recordAt(SAMPLE, "/trade/items")).toEqual({ sku: "x" })
    expect(recordAt(SAMPLE, "")).toBe(SAMPLE)
    expect(recordAt(SAMPLE, "/none/of/it")).toBeUndefined()
  })
})

describe("a record in words", () => {
  it("names the fields as the mapping does", () => {
    const order = { external_id: "A1", lines: [{ sku: "x" }], receiver: { city: "杭州" }, shop: "" }
    expect(flatten({ order })).toEqual([
      ["external_id", "A1"],
      ["line.sku", "x"],
      ["receiver.city", "杭州"],
    ])
  })
})
