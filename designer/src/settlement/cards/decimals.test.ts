import { describe, expect, it } from "vitest"
import { compare, grouped, isFigure, minus, plus, times } from "./decimals"

describe("exact figures", () => {
  it("add, take off and multiply without losing anything", () => {
    expect(plus("0.1", "0.2")).toBe("0.3")
    expect(minus("12", "15.50")).toBe("-3.5")
    expect(minus("1", "-1")).toBe("2")
    expect(times("12", "1.25")).toBe("15")
    expect(plus("9007199254740993.01", "0.01")).toBe("9007199254740993.02")
  })

  it("are compared by what they are worth", () => {
    expect(compare("10", "9.99")).toBe(1)
    expect(compare("1.0", "1")).toBe(0)
    expect(compare("-1", "0")).toBe(-1)
  })

  it("are shown in thousands without zeros at the end", () => {
    expect(grouped("1234567.50")).toBe("1,234,567.5")
    expect(grouped("-1000")).toBe("-1,000")
    expect(isFigure("1e5")).toBe(false)
  })
})
