import { beforeEach, describe, expect, it } from "vitest"
import type { BillColumn } from "@/api/types"
import { guessMapping, keepMapping, keptMapping, missingIn } from "./mapping"

const column = (name: string, ...words: string[]): BillColumn => ({ name, examples: [], words })
const DOUYIN = [
  column("流水号"),
  column("订单号"),
  column("入账时间"),
  column("费用类型", "技术服务费", "达人佣金", "天知道"),
  column("金额（元）"),
]

beforeEach(() => localStorage.clear())

describe("a bill's columns", () => {
  it("are guessed by what platforms call them, and so are its fees", () => {
    const found = guessMapping(DOUYIN)
    expect(found).toMatchObject({
      order: "订单号",
      day: "入账时间",
      amount: "金额（元）",
      fee: "费用类型",
      ref: "流水号",
    })
    expect(found.fees).toEqual({
      技术服务费: "platform_commission",
      达人佣金: "creator_commission",
    })
    expect(missingIn(found)).toEqual([])
  })

  it("that nobody can guess stay open", () => {
    expect(missingIn(guessMapping([column("a"), column("b")]))).toEqual([
      "order",
      "fee",
      "amount",
      "day",
      "fees",
    ])
  })

  it("are remembered for the platform while they are the same", () => {
    const chosen = { ...guessMapping(DOUYIN), fees: { 天知道: "other" }, sign: -1 as const }
    keepMapping("douyin", chosen)
    expect(keptMapping("douyin", DOUYIN)?.fees).toEqual({
      技术服务费: "platform_commission",
      达人佣金: "creator_commission",
      天知道: "other",
    })
    expect(keptMapping("douyin", DOUYIN)?.sign).toBe(-1)
    expect(keptMapping("tmall", DOUYIN)).toBeUndefined()
    expect(keptMapping("douyin", [column("订单号")])).toBeUndefined()
  })
})
