import { expect, it } from "vitest"
import type { BudgetShown } from "@/api/types"
import { coversOf, documentOf, fillOf, usedOf } from "./budget"

const budget = (used: number, more: Record<string, unknown> = {}): BudgetShown => ({
  key: "party:lin",
  document: { name: "双十一达人", limit: "200.00", currency: "CNY", warn_at: "80", ...more },
  used,
  waiting: 0,
  told: [],
  updated_at: "2026-11-22T00:00:00Z",
  revision: 1,
})

it("minor units become money, pieces stay pieces", () => {
  expect(usedOf(budget(15000))).toBe("150.00")
  expect(usedOf(budget(7, { unit: "pieces", limit: "100" }))).toBe("7")
})

it("says when a limit is near, and when it is over", () => {
  const nearness = [15999, 16000, 20000].map((used) => fillOf(budget(used)).nearness)
  expect(nearness).toEqual(["far", "near", "over"])
  expect(fillOf(budget(0, { limit: "0" })).percent).toBe(0)
})

it("names only what it is limited to", () => {
  const covers = { party: "pty_1", shop: null }
  expect(coversOf(documentOf(budget(0, { covers })))).toEqual([["party", "pty_1"]])
})
