import { describe, expect, it } from "vitest"
import { changesBetween, merge } from "./changes"

const rule = (id: string, percent: string) => ({ id, model: { percent } })
const START = { name: "佣金", rules: [rule("a", "1"), rule("b", "2")] }

describe("what changed", () => {
  it("is named as deep as it goes, and not by the order of a list", () => {
    const after = { name: "佣金", rules: [rule("b", "2"), rule("a", "3")] }
    expect(changesBetween(START, after)).toEqual([
      { pointer: "/rules/a/model/percent", old: "1", new: "3" },
    ])
  })

  it("counts what came and what went", () => {
    const after = { rules: [rule("a", "1"), rule("c", "4")] }
    expect(changesBetween(START, after).map((change) => change.pointer)).toEqual([
      "/name",
      "/rules/b",
      "/rules/c",
    ])
  })
})

describe("two who save", () => {
  it("lose nothing when they changed different values", () => {
    const mine = { ...START, rules: [rule("a", "9"), rule("b", "2")] }
    const theirs = { name: "新佣金", rules: [rule("a", "1"), rule("b", "2"), rule("c", "5")] }
    const { document, clashes } = merge(START, mine, theirs)
    expect(document).toEqual({
      name: "新佣金",
      rules: [rule("a", "9"), rule("b", "2"), rule("c", "5")],
    })
    expect(clashes).toEqual([])
  })

  it("are told of a value both changed", () => {
    const mine = { ...START, name: "甲" }
    const theirs = { ...START, name: "乙" }
    const { document, clashes } = merge(START, mine, theirs)
    expect(document.name).toBe("甲")
    expect(clashes).toEqual([{ pointer: "/name", old: "佣金", new: "甲", theirs: "乙" }])
  })
})
