import { describe, expect, it } from "vitest"
import type { ConflictShown, UpgradedFlowShown } from "@/api/types"
import { choose, chooseOffers, openConflicts, revisionsOf, stillMeant } from "./choices"

const change = { kind: "changed", part: "node", cosmetic: false }
const conflict = (path: string, kind: ConflictShown["kind"] = "changed"): ConflictShown => ({
  path,
  kind,
  base: 1,
  mine: 2,
  theirs: 3,
  chosen: null,
  change: { ...change, path },
})
const flow = (key: string, more: Partial<UpgradedFlowShown> = {}): UpgradedFlowShown => ({
  key,
  did: "merged",
  revision: 4,
  mine: {},
  document: {},
  taken: [],
  offers: [],
  conflicts: [],
  changes: [],
  problems: [],
  ...more,
})

describe("choices of an upgrade", () => {
  it("are open until each conflict has one; locked values need none", () => {
    const flows = [flow("a", { conflicts: [conflict("/x"), conflict("/l", "locked")] }), flow("b")]
    expect(openConflicts({}, flows)).toBe(1)
    expect(openConflicts(choose({}, "a", "/x", "mine"), flows)).toBe(0)
    expect(openConflicts(choose({}, "b", "/x", "mine"), flows)).toBe(1)
  })

  it("take or refuse all offers of one flow and leave conflicts alone", () => {
    const offers = ["/1", "/2"].map((path) => ({ ...change, path, taken: true }))
    const one = flow("a", { offers, conflicts: [conflict("/x")] })
    const made = chooseOffers(choose({}, "a", "/x", "theirs"), one, "mine")
    expect(made).toEqual({ a: { "/x": "theirs", "/1": "mine", "/2": "mine" } })
  })

  it("forget what is not asked any more", () => {
    const made = choose(choose({}, "a", "/x", "mine"), "a", "/gone", "theirs")
    expect(stillMeant(made, [flow("a", { conflicts: [conflict("/x")] })])).toEqual({
      a: { "/x": "mine" },
    })
  })

  it("name the drafts they were made on, new flows have none", () => {
    expect(revisionsOf([flow("a"), flow("b", { revision: null })])).toEqual({ a: 4 })
  })
})
