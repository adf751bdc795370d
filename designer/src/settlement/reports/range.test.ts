import { expect, it } from "vitest"
import { askedOf, monthsUpTo } from "./range"

const NOW = new Date(2026, 10, 22)

it("a range stands before a month, nonsense is this month", () => {
  expect(askedOf("2026-10", "", "", NOW)).toEqual({ month: "2026-10" })
  expect(askedOf("2026-10", "2026-11-01", "2026-11-11", NOW)).toEqual({
    since: "2026-11-01",
    until: "2026-11-11",
  })
  expect(askedOf("2026-13", "2026-11-01", "", NOW)).toEqual({ month: "2026-11" })
})

it("months go over the year's end", () => {
  expect(monthsUpTo("2026-02", 4)).toEqual(["2025-11", "2025-12", "2026-01", "2026-02"])
})
