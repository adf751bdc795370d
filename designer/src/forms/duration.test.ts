import { describe, expect, it } from "vitest"
import { readDuration, writeDuration } from "./duration"

describe("durations", () => {
  it.each([
    ["PT90M", 90, "minutes"],
    ["PT2H", 2, "hours"],
    ["P2D", 2, "days"],
    ["P1W", 7, "days"],
    ["PT1H30M", 90, "minutes"],
    ["PT45S", 45, "seconds"],
    ["PT0S", 0, "minutes"],
  ] as const)("%s is %i %s", (iso, count, unit) => {
    expect(readDuration(iso)).toEqual({ count, unit })
  })

  it.each(["", "P", "90", null, "P1Y"])("%s is none", (text) => {
    expect(readDuration(text)).toBeUndefined()
  })

  it("are written so that they are read the same", () => {
    for (const iso of ["PT45S", "PT90M", "PT5H", "P3D"]) {
      const held = readDuration(iso)
      expect(held && writeDuration(held)).toBe(iso)
    }
  })
})
