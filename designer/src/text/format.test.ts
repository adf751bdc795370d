import { describe, expect, it } from "vitest"
import { exactTime, money, relativeTime, shortTime, span } from "./format"
import { setLanguage } from "./set-up"

const NOW = new Date("2026-11-22T02:00:00Z")

describe("times", () => {
  it("are shown in the person's zone", () => {
    expect(exactTime("2026-11-21T18:30:05Z", "Asia/Shanghai")).toBe("2026-11-22 02:30:05")
    expect(exactTime("2026-11-21T18:30:05Z", "America/New_York")).toBe("2026-11-21 13:30:05")
  })

  it("name the year only where it is another one", () => {
    expect(shortTime("2026-03-01T00:00:00Z", "UTC", NOW)).toBe("03-01 00:00")
    expect(shortTime("2025-03-01T00:00:00Z", "UTC", NOW)).toBe("2025-03-01 00:00")
  })

  it.each([
    ["2026-11-22T01:59:30Z", "刚刚"],
    ["2026-11-22T01:57:00Z", "3分钟前"],
    ["2026-11-22T05:00:00Z", "3小时后"],
    ["2026-11-21T01:00:00Z", "昨天"],
  ])("%s is %s", (iso, words) => {
    expect(relativeTime(iso, NOW)).toBe(words)
  })

  it("speak English when the screen does", async () => {
    await setLanguage("en")
    expect(relativeTime("2026-11-22T01:57:00Z", NOW)).toBe("3 minutes ago")
  })
})

describe("money and spans", () => {
  it("loses no cent of a large amount", () => {
    expect(money("90071992547409.93", "CNY")).toBe("¥90,071,992,547,409.93")
  })

  it.each([
    [0, "0 毫秒"],
    [12, "12 毫秒"],
    [1234, "1.2 秒"],
    [90 * 60_000, "1 小时 30 分钟"],
    [3 * 86_400_000 + 4 * 3_600_000 + 5, "3 天 4 小时"],
  ])("%i ms is %s", (ms, words) => {
    expect(span(ms)).toBe(words)
  })
})
