import i18next from "i18next"
import { describe, expect, it } from "vitest"
import { sayPointer, sayRate, sayValue } from "./words"

const CARD = {
  terms: [{ key: "main", name: "达人佣金" }],
  campaigns: [{ key: "double11", name: "双十一" }],
  rules: [
    {
      id: "standard",
      name: "标准佣金",
      term: "main",
      model: { kind: "percentage", percent: "12" },
      match: { platform: ["douyin"] },
    },
  ],
}
const said = (pointer: string) => sayPointer(i18next.t, CARD, pointer)

describe("pointers in words", () => {
  it("name things by their own names and values by their fields", () => {
    expect(said("/rules/standard/model/percent")).toBe("规则「标准佣金」 · 计价方式 · 比例（%）")
    expect(said("/terms/main/window")).toBe("结算项「达人佣金」 · 计档窗口")
    expect(said("/campaigns/double11/ends")).toBe("活动「双十一」 · 结束")
    expect(said("/rules/standard/match/platform")).toBe("规则「标准佣金」 · 适用范围 · 平台")
    expect(said("")).toBe("整份文档")
  })

  it("number what has no name", () => {
    expect(said("/rules/standard/model/tiers/1/from")).toMatch(/ · 第 2 档 · 起点$/)
    expect(said("/rules/*/model")).toBe("规则 · 每一项 · 计价方式")
  })

  it("still say where something was that is gone", () => {
    expect(said("/rules/old/model/percent")).toBe("规则「old」 · 计价方式 · 比例（%）")
  })

  it("say values with their units and names", () => {
    expect(sayValue(i18next.t, "/rules/standard/model/percent", "12.50")).toBe("12.5%")
    expect(sayValue(i18next.t, "/terms/main/window", "half_month")).toBe("半月")
    expect(sayValue(i18next.t, "/terms/main/moment/when", "delivered")).toBe("签收")
    expect(sayValue(i18next.t, "/rules/standard", CARD.rules[0])).toBe("标准佣金：12%")
    expect(sayValue(i18next.t, "/name", undefined)).toBe("—")
    expect(
      sayRate(i18next.t, { id: "x", name: "x", term: "main", op: "add", by: "3" }, "CNY"),
    ).toBe("+3 个百分点")
  })
})
