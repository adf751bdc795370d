// A condition as a short line, for cards and tables. The server says it in full.

import type { Catalog, Schema } from "../catalog"
import { sayDuration } from "../durations"
import { entriesOf, type Group, isGroup, opOf, type Row, type Value } from "./rows"

/** "实付金额 大于 500 且 等级 是 VIP". `title` gives a field's name; without it the path is said. */
export function sayCondition(
  group: Group,
  catalog: Catalog,
  title: (field: string) => string = (field) => field,
): string {
  const zh = catalog.locale === "zh"
  const word = opOf(group) === "all" ? (zh ? " 且 " : " and ") : zh ? " 或 " : " or "
  return entriesOf(group)
    .map((entry) => {
      if (!isGroup(entry)) return sayRow(entry, catalog, title)
      const inner = sayCondition(entry, catalog, title)
      if (entriesOf(entry).length < 2) return inner
      return zh ? `（${inner}）` : `(${inner})`
    })
    .join(word)
}

function sayRow(row: Row, catalog: Catalog, title: (field: string) => string): string {
  const operator = catalog.language.operators.find((one) => one.op === row.op)
  // "大于（超过，不含）" is for the list; in a line its first words are enough.
  const label = (operator?.label ?? row.op).split(/[（(]/)[0]?.trim() ?? row.op
  const say = (value: Value) =>
    typeof value === "object"
      ? title(value.field)
      : operator?.value === "duration"
        ? sayDuration(value, catalog.locale)
        : String(value)
  const values = row.value === undefined ? [] : [row.value].flat().map(say)
  return [title(row.field), label, values.join(catalog.locale === "zh" ? "、" : ", ")]
    .filter((part) => part !== "")
    .join(" ")
}

/** The title a schema gives a path such as `order.lines`; the path where it gives none. */
export function titleOf(schema: Schema | undefined, field: string): string {
  let found: Schema | undefined = schema
  const said: string[] = []
  for (const part of field.split(".")) {
    found = found?.properties?.[part]
    if (!found) return field
    said.push(plainTitle(found.title, part))
  }
  return said.slice(-2).join(" · ") || field
}

/** "结果 results" as a title names the key too; people read the first part. */
export function plainTitle(title: string | undefined, key: string): string {
  if (!title) return key
  return title.endsWith(` ${key}`) ? title.slice(0, -key.length - 1) : title
}
