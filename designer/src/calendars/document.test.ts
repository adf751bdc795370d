import { describe, expect, it } from "vitest"
import { forget, kindOf, type Said, saidOf, say, weekParts, weeksOf } from "./document"

const OFFICE = {
  week: { mon: [["09:00", "18:00"]], tue: [["09:00", "18:00"]], sat: [["10:00", "12:00"]] },
} as const satisfies Parameters<typeof kindOf>[0]

describe("a day somebody says something of", () => {
  it("is read as it was said, and forgotten when it is as usual again", () => {
    const all: Said[] = [
      { kind: "closed", to: "2026-03-04", name: "盘点" },
      { kind: "worked" },
      { kind: "hours", hours: [["00:00", "24:00"]] },
    ]
    for (const said of all) {
      const document = say(OFFICE, "2026-03-02", said)
      expect(saidOf(document, "2026-03-02")).toEqual(said)
      const usual = say(document, "2026-03-02", { kind: "usual" })
      expect(saidOf(usual, "2026-03-02")).toEqual({ kind: "usual" })
    }
  })

  it("takes the place of what was said of it before", () => {
    const worked = say(OFFICE, "2026-03-07", { kind: "worked" })
    const closed = say(worked, "2026-03-07", { kind: "closed", to: "2026-03-07", name: "" })
    expect(closed.make_up).toEqual([])
    expect(closed.holidays).toEqual([{ from: "2026-03-07", name: "" }])
  })

  it("cuts a holiday it lies in into two", () => {
    const holiday = say(OFFICE, "2026-02-15", { kind: "closed", to: "2026-02-20", name: "春节" })
    expect(forget(holiday, "2026-02-17", "2026-02-18").holidays).toEqual([
      { from: "2026-02-15", to: "2026-02-16", name: "春节" },
      { from: "2026-02-19", to: "2026-02-20", name: "春节" },
    ])
    expect(forget(holiday, "2026-02-16", "2026-03-01").holidays).toEqual([
      { from: "2026-02-15", name: "春节" },
    ])
  })
})

describe("the look of a day", () => {
  it("says how it differs from the week", () => {
    const document = say(OFFICE, "2026-03-03", { kind: "hours", hours: [["08:00", "09:00"]] })
    expect(kindOf(document, "2026-03-02", [["09:00", "18:00"]])).toBe("work")
    expect(kindOf(document, "2026-03-02", [])).toBe("closed")
    expect(kindOf(document, "2026-03-08", [])).toBe("off")
    expect(kindOf(document, "2026-03-08", [["09:00", "18:00"]])).toBe("worked")
    expect(kindOf(document, "2026-03-03", [["08:00", "09:00"]])).toBe("hours")
  })

  it("puts a month into weeks from Monday on", () => {
    const weeks = weeksOf(2026, 3)
    expect(weeks[0]).toEqual([null, null, null, null, null, null, "2026-03-01"])
    expect(weeks.at(-1)?.slice(0, 3)).toEqual(["2026-03-30", "2026-03-31", null])
    expect(weeks.flat().filter(Boolean)).toHaveLength(31)
  })
})

it("says the week with days of the same hours together", () => {
  expect(weekParts(OFFICE)).toEqual([
    { days: ["mon", "tue"], hours: [["09:00", "18:00"]] },
    { days: ["sat"], hours: [["10:00", "12:00"]] },
  ])
})
