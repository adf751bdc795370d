import { describe, expect, it } from "vitest"
import type { Rule } from "@/api/types"
import { chainsOf, saySteps, stepsOf } from "./layers"

const base: Rule = {
  id: "base",
  name: "标准",
  term: "main",
  model: { kind: "percentage", percent: "12" },
}
const plus: Rule = {
  id: "plus",
  name: "双十一",
  term: "main",
  layer: "campaign",
  op: "add",
  by: "3",
}
const POINTS = " 个百分点"

function said(rules: Rule[], rule: Rule): string[] {
  return chainsOf(rules, rule).map((chain) => {
    const found = stepsOf(chain)
    return found ? saySteps(found.steps, found.isPercent, POINTS) : "—"
  })
}

describe("layers on each other", () => {
  it("are written out as a sum", () => {
    expect(said([base, plus], plus)).toEqual(["12% + 3 个百分点 = 15%"])
    expect(said([base, { ...plus, by: "-2" }], { ...plus, by: "-2" })).toEqual([
      "12% − 2 个百分点 = 10%",
    ])
  })

  it("multiply the whole sum below", () => {
    const channel: Rule = { ...plus, id: "channel", layer: "channel" }
    const times: Rule = { ...plus, id: "times", op: "multiply", by: "1.2" }
    expect(said([base, channel, times], times)).toEqual([
      "12% × 1.2 = 14.4%",
      "(12% + 3 个百分点) × 1.2 = 18%",
    ])
  })

  it("only meet where one order can fit both", () => {
    const douyin: Rule = { ...base, id: "douyin", match: { platform: ["douyin"] } }
    const tmall: Rule = { ...plus, match: { platform: ["tmall"] } }
    expect(said([douyin, tmall], tmall)).toEqual([])
    const deeper: Rule = { ...plus, match: { category: ["护肤/眼霜"] } }
    expect(said([{ ...base, match: { category: ["护肤"] } }, deeper], deeper)).toHaveLength(1)
  })

  it("say nothing of tiers as one figure", () => {
    const tiers: Rule = { ...base, model: { kind: "graduated", tiers: [{ from: "0" }] } }
    expect(said([tiers, plus], plus)).toEqual(["—"])
  })
})
