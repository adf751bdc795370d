import { describe, expect, it } from "vitest"
import type { Tier } from "@/api/types"
import { addTier, removeTier, setTier, sorted, spanOf, worthAt } from "./tiers"

const TIERS: Tier[] = [
  { from: "0", percent: "0", to: "500000" },
  { from: "500000", percent: "3" },
  { from: "1000000", reach: "over", percent: "5" },
]

describe("tiers", () => {
  it("grow by the same step, and edges that repeated each other go", () => {
    const more = addTier(TIERS)
    expect(more[3]).toEqual({ from: "1500000", reach: "over", percent: "5" })
    expect(more[0]).toEqual({ from: "0", percent: "0" })
    expect(removeTier(TIERS, 1).map((tier) => tier.from)).toEqual(["0", "1000000"])
  })

  it("change one figure at a time; an emptied one is not written", () => {
    expect(setTier(TIERS, 1, { percent: "4" })[1]).toEqual({ from: "500000", percent: "4" })
    expect(setTier(TIERS, 1, { percent: undefined })[1]).toEqual({ from: "500000" })
    expect(setTier(TIERS, 1, { from: "600000" })[0]).toEqual({ from: "0", percent: "0" })
  })

  it("say which edge is still in them", () => {
    expect(spanOf(TIERS, 1)).toEqual({
      from: "500000",
      isOver: false,
      until: "1000000",
      isUntilIn: true,
    })
    expect(spanOf(TIERS, 2).isOver).toBe(true)
    expect(spanOf(TIERS, 2).until).toBeUndefined()
  })

  it("are sorted by what their edges are worth", () => {
    const mixed = [{ from: "100" }, { from: "20" }]
    expect(sorted(mixed).map((tier) => tier.from)).toEqual(["20", "100"])
  })

  it("draw the cliff of one reading and the bend of the other", () => {
    expect(worthAt(TIERS, "graduated", 1_000_000)).toBe(15_000)
    expect(worthAt(TIERS, "volume", 1_000_000)).toBe(30_000)
    expect(worthAt(TIERS, "volume", 1_000_001)).toBeCloseTo(50_000.05)
  })
})
