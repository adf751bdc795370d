import { expect, it } from "vitest"
import { find, initials, matchOf } from "./search"

it("gives pinyin initials", () => {
  expect(initials("条件分支")).toBe("tjfz")
  expect(initials("等待事件")).toBe("ddsj")
  expect(initials("企业微信 · 给客户发消息")).toBe("qywxgkhfxx")
  expect(initials("Webhook 回调")).toBe("webhookhd")
})

it("finds by parts of words, in either language, and by initials", () => {
  const things = [
    { name: "条件分支", search: ["if", "branch"] },
    { name: "等待", search: ["wait", "sleep"] },
    { name: "等待事件", search: ["wait", "event"] },
  ]
  const names = (query: string) =>
    find(query, things, (one) => [one.name, ...one.search]).map((one) => one.name)
  expect(names("tjfz")).toEqual(["条件分支"])
  expect(names("等")).toEqual(["等待", "等待事件"])
  expect(names("event")).toEqual(["等待事件"])
  expect(names("dd")).toEqual(["等待", "等待事件"])
  expect(names("")).toHaveLength(3)
  expect(names("没有")).toEqual([])
})

it("takes brackets and other signs as they are", () => {
  expect(matchOf("(", "客户标签(新)")).toBeGreaterThan(0)
  expect(matchOf("[", "客户")).toBe(0)
})
