import { describe, expect, it } from "vitest"
import { anchored, isWithin, put, stable, valueAt } from "./pointer"

const CARD = {
  terms: [{ key: "main", name: "佣金" }],
  rules: [
    { id: "a", model: { percent: "1" } },
    { id: "b", model: { percent: "2" } },
  ],
}

describe("pointers", () => {
  it("find what they name by its id, wherever it stands", () => {
    expect(valueAt(CARD, "/rules/b/model/percent")).toBe("2")
    expect(valueAt(CARD, "/rules/1/model/percent")).toBe("2")
    expect(valueAt(CARD, "/rules/c/model")).toBeUndefined()
    expect(stable(CARD, "/rules/1/model/tiers/0/from")).toBe("/rules/b/model/tiers/0/from")
  })

  it("set, add and take away without touching the rest", () => {
    const changed = put(CARD, "/rules/b/model/percent", "3")
    expect(valueAt(changed, "/rules/b/model/percent")).toBe("3")
    expect(changed.rules[0]).toBe(CARD.rules[0])
    expect(put(CARD, "/rules/c", { id: "c" }).rules).toHaveLength(3)
    expect(put(CARD, "/rules/a", undefined).rules.map((rule) => rule.id)).toEqual(["b"])
    expect(valueAt(put(CARD, "/terms/main/base/from", "list"), "/terms/main/base")).toEqual({
      from: "list",
    })
  })

  it("of locks cover what lies in them, with * for any member", () => {
    expect(isWithin("/rules/a", "/rules/a/model/percent")).toBe(true)
    expect(isWithin("/rules/*/model", "/rules/b/model/percent")).toBe(true)
    expect(isWithin("/rules/a/model", "/rules/a")).toBe(false)
    expect(isWithin("", "/name")).toBe(true)
  })

  it("ask for a place that the stored document has", () => {
    expect(anchored(CARD, "/rules/a/model/percent", "9")).toEqual({
      pointer: "/rules/a/model/percent",
      value: "9",
    })
    expect(anchored(CARD, "/terms/main/base/from", "list")).toEqual({
      pointer: "/terms/main/base",
      value: { from: "list" },
    })
  })
})
