import { expect, it } from "vitest"
import { withoutName, withoutPlace } from "./words"

it("leaves a name out where it stands beside the words", () => {
  expect(withoutName("「等待」的「等多久」：必填", "等待")).toBe("「等多久」：必填")
  expect(withoutName("「等待」：没有连线", "等待")).toBe("没有连线")
  expect(withoutName("“Wait”, “How long”: is required", "Wait")).toBe("“How long”: is required")
  expect(withoutName("“Wait”: no line leads to it", "Wait")).toBe("no line leads to it")
  expect(withoutName("没有触发节点", "等待")).toBe("没有触发节点")
})

it("leaves the place out below a field", () => {
  expect(withoutPlace("「等待」的「等多久」：“等多久”和“等到”填一个")).toBe(
    "“等多久”和“等到”填一个",
  )
  expect(withoutPlace("“Wait”, “How long”: is required")).toBe("is required")
  expect(withoutPlace("没有触发节点")).toBe("没有触发节点")
})
