import { describe, expect, it } from "vitest"
import { type ColumnOf, canBeSummed, targetsOf, withTargets } from "./columns"

const HELD: ColumnOf[] = [
  { to: "external_id", column: "No" },
  { to: "amount", column: "Paid", join: "sum" },
  { to: "receiver.phone", column: "Phone" },
]

describe("the columns of a file", () => {
  it("fill one field or several", () => {
    const next = withTargets(HELD, "Phone", ["receiver.phone", "identity.phone"])
    expect(targetsOf(next, "Phone")).toEqual(["receiver.phone", "identity.phone"])
  })

  it("keep what was said of them", () => {
    expect(withTargets(HELD, "Paid", ["amount"])[1]).toEqual(HELD[1])
  })

  it("take a field away from another column", () => {
    const next = withTargets(HELD, "Total", ["amount"])
    expect(targetsOf(next, "Paid")).toEqual([])
    expect(targetsOf(next, "Total")).toEqual(["amount"])
  })

  it("are left out when they fill nothing", () => {
    expect(withTargets(HELD, "Phone", [])).toHaveLength(2)
  })

  it("are summed where the amount is the order's", () => {
    expect(["amount", "freight_amount", "fee.other"].every(canBeSummed)).toBe(true)
    expect(["line.amount", "status", "line.refunded_amount"].some(canBeSummed)).toBe(false)
  })
})
