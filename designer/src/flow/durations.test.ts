import { expect, it } from "vitest"
import { asUnit, readDuration, sayDuration, writeDuration } from "./durations"

it("reads and writes ISO durations", () => {
  expect(readDuration("P1DT2H")).toBe(93_600)
  expect(readDuration("PT30M")).toBe(1_800)
  expect(readDuration("30 分钟")).toBeNull()
  expect(readDuration("P")).toBeNull()
  expect(asUnit(7_200)).toEqual({ count: 2, unit: "H" })
  expect(asUnit(90)).toEqual({ count: 90, unit: "S" })
  expect(writeDuration(3, "D")).toBe("P3D")
  expect(writeDuration(30, "M")).toBe("PT30M")
})

it("says durations as people do", () => {
  expect(sayDuration("P1DT2H", "zh")).toBe("1 天 2 小时")
  expect(sayDuration("P3D", "en")).toBe("3 days")
  expect(sayDuration("PT0S", "zh")).toBe("0 秒")
})
