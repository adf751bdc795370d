import { expect, it } from "vitest"
import { askPython } from "@/testing/python"
import { textToRows } from "./read"
import { fitValue, type Group, kindOf, operatorsFor } from "./rows"
import { rowsToText } from "./write"

const TEXTS = [
  "order.amount > 500",
  "order.amount >= 500 and customer.level in ['gold', 'vip']",
  '(order.amount >= 1 and order.amount <= 9.50) or order.note.starts_with("急")',
  '"VIP" in customer.tags and not ("黑名单" in customer.tags)',
  '"VIP" not in customer.tags',
  'customer.seen_at >= $now - t"P30D"',
  'not (customer.seen_at >= $now - t"P30D")',
  "not order.note.is_empty",
  "order.note.is_empty or order.paid == true",
  'order.created_at > d"2026-11-11"',
  'order.created_at >= d"2026-11-11" and order.created_at < d"2026-11-12"',
  "order.amount > params.limit",
  'order.name =~~ "^[0-9]+$"',
  'customer.fields["会员 等级"] == "金"',
  'customer.会员等级 == "金"',
  "order.amount == -5",
  "order.amount not in [1, 2.5]",
  "true",
  "a == 1 and (b == 2 or c == 3)",
  "a == 1 and b == 2 or c == 3",
  "(a == 1 and b == 2) and c == 3",
  "((a == 1))",
  'a == "say \\"hi\\"\\n"',
  "order.amount * 2 > 500",
  "order.lines.length > 3",
  "$sum(order.lines) > 3",
  "not a == 1",
  "500 < order.amount",
  "order.amount >",
  "a == null",
  "a ?? 1 > 2",
  "a.b.starts_with(c)",
  'a in ["x", 1]',
  "true and a == 1",
  "",
]

const ROWS: Group[] = [
  { all: [] },
  { all: [{ field: "a", op: "gt", value: "5" }] },
  { any: [{ field: "a", op: "eq", value: "5" }, { all: [{ field: "b", op: "is_empty" }] }] },
  { all: [{ field: "a", op: "eq", value: "5", kind: "number" }] },
  { all: [{ field: "a", op: "eq", value: true }] },
  { all: [{ field: "a", op: "between", value: ["1", "2.50"] }] },
  { all: [{ field: "a", op: "in", value: ["1", "x"], kind: "text" }] },
  { all: [{ field: "a", op: "contains", value: '引"号' }] },
  { all: [{ field: "a", op: "within_last", value: "P7D" }] },
  { all: [{ field: "a", op: "not_within_last", value: "PT1H" }] },
  { all: [{ field: "a", op: "after", value: "2026-01-01" }] },
  { all: [{ field: "a", op: "le", value: { field: "params.x" } }] },
  { all: [{ any: [{ field: "a", op: "ne", value: "x" }] }, { field: "b", op: "is_not_empty" }] },
]

it("turns text into rows exactly where the engine does, and into the same rows", () => {
  const theirs = askPython<(Group | null)[]>(
    `from engine.core.errors import EngineError
from engine.core.expression import text_to_rows
def rows(text):
    try:
        return text_to_rows(text)
    except EngineError:
        return None
print(json.dumps([rows(text) for text in given]))`,
    TEXTS,
  )
  for (const [index, text] of TEXTS.entries()) {
    expect(textToRows(text), text).toEqual(theirs[index])
  }
})

it("writes rows as the engine writes them", () => {
  const theirs = askPython<string[]>(
    `from engine.core.expression import rows_to_text
print(json.dumps([rows_to_text(rows) for rows in given]))`,
    ROWS,
  )
  expect(ROWS.map((rows) => rowsToText(rows))).toEqual(theirs)
})

it("reads back what it writes", () => {
  for (const text of TEXTS) {
    const rows = textToRows(text)
    if (rows) expect(textToRows(rowsToText(rows)), text).toEqual(rows)
  }
})

it("knows a field's kind by its schema", () => {
  expect(kindOf({ type: ["string", "null"], format: "date-time" })).toBe("time")
  expect(kindOf({ type: "string", format: "decimal" })).toBe("number")
  expect(kindOf({ anyOf: [{ type: "integer" }, { type: "null" }] })).toBe("number")
  expect(kindOf({ type: "array", items: {} })).toBe("list")
  expect(kindOf({})).toBeNull()
})

it("keeps what can be kept of a value when the operator changes", () => {
  const row = { field: "a", op: "gt", value: "5" }
  expect(fitValue(row, "many").value).toEqual(["5"])
  expect(fitValue(row, "pair").value).toEqual(["5", ""])
  expect(fitValue(row, "none")).toEqual({ field: "a", op: "gt" })
  expect(fitValue(row, "duration").value).toBe("P7D")
  expect(fitValue({ ...row, value: ["1", "2"] }, "one").value).toBe("1")
})

it("offers the operators of a kind, all of them where it is unknown", () => {
  const all = [
    { op: "eq", label: "等于", kinds: ["text", "number"], value: "one" as const },
    { op: "gt", label: "大于", kinds: ["number"], value: "one" as const },
  ]
  expect(operatorsFor("text", all).map((one) => one.op)).toEqual(["eq"])
  expect(operatorsFor(null, all)).toHaveLength(2)
})
