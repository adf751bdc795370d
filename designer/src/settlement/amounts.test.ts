import { describe, expect, it } from "vitest"
import { asSeenBy, decimalsOf, majorOf, negated, percentOf, sumOf } from "./amounts"

describe("amounts", () => {
  it("add up exactly where floats would not", () => {
    expect(sumOf(["0.10", "0.20", "-0.30"])).toBe("0.00")
    expect(sumOf(["90071992547409.93", "0.01"])).toBe("90071992547409.94")
    expect(sumOf(["100", "-250"], "JPY")).toBe("-150")
  })

  it("turn their sign, and nothing stays nothing", () => {
    expect(["12.50", "-12.50", "0.00"].map(negated)).toEqual(["-12.50", "12.50", "0.00"])
  })

  it("minor units follow the currency", () => {
    expect([majorOf(15000, "CNY"), majorOf(-5, "CNY"), majorOf(300, "JPY")]).toEqual([
      "150.00",
      "-0.05",
      "300",
    ])
    expect(decimalsOf("no currency")).toBe(2)
  })

  it("tell how much of a limit is used", () => {
    expect(percentOf("40000.00", "50000.00")).toBe(80)
    expect([percentOf("1", "0"), percentOf("0", "0")]).toEqual([100, 0])
  })

  it("are below zero for whom they are taken from", () => {
    expect(asSeenBy("pty_1", { to_account: "brand", amount: "8.00" })).toBe("-8.00")
    expect(asSeenBy("pty_1", { to_account: "pty_1", amount: "-8.00" })).toBe("-8.00")
  })
})
