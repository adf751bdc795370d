import { describe, expect, it } from "vitest"
import { type ChartGiven, csvOf, heightOf, isLying, numberOf, optionOf } from "./chartOption"

const COLOURS = {
  palette: ["#000"],
  text: "#111",
  faint: "#222",
  line: "#333",
  ground: "#fff",
  font: "serif",
}
const given: ChartGiven = {
  kind: "bar",
  rows: [
    { name: "抖音", amount: "128.50", orders: 3 },
    { name: "天猫", amount: "-3.00", orders: null },
  ],
  category: "name",
  series: [
    { key: "amount", name: "金额" },
    { key: "orders", name: "订单" },
  ],
  format: String,
}

describe("what a chart is told", () => {
  it("money as text becomes a bar, nothing becomes a gap", () => {
    const { series } = optionOf(given, COLOURS, "zh-CN")
    expect(series.map((one) => one.data)).toEqual([
      [128.5, -3],
      [3, null],
    ])
  })

  it("bars lie down when their names are long, lines never", () => {
    const long = { ...given, rows: [{ name: "杭州云栖电商服务有限公司", amount: "1" }] }
    expect(isLying(given)).toBe(false)
    expect(isLying(long)).toBe(true)
    expect(isLying({ ...long, kind: "line" })).toBe(false)
    expect(heightOf(long)).toBeLessThan(heightOf(given))
  })

  it("only stacked bars share a stack", () => {
    const stacks = (kind: ChartGiven["kind"]) =>
      optionOf({ ...given, kind }, COLOURS, "en").series.map((one) => "stack" in one)
    expect(stacks("stacked")).toEqual([true, true])
    expect(stacks("bar")).toEqual([false, false])
  })
})

describe("the file", () => {
  it("keeps amounts as they are written and names with commas whole", () => {
    const rows = [{ name: 'a,"b"', amount: "-1.10", orders: 2 }]
    expect(csvOf({ ...given, rows }, "渠道")).toBe('\ufeff渠道,金额,订单\r\n"a,""b""",-1.10,2\r\n')
  })

  it("lets no spreadsheet reckon a name", () => {
    const rows = [{ name: "=1+1", amount: "-x", orders: 2 }]
    expect(csvOf({ ...given, rows }, "n")).toContain("'=1+1,'-x,2")
  })

  it("knows what is no number", () => {
    expect([numberOf(""), numberOf("12万"), numberOf("0.10")]).toEqual([null, null, 0.1])
  })
})
