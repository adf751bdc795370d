// The line under a card's name: the block's summary with the values of its config, as the server
// describes it ("分成 {branches[].name}").

import { type Block, type Catalog, follow, type Schema } from "./catalog"
import { isEmpty, isRows } from "./conditions/rows"
import { sayCondition } from "./conditions/say"
import { sayDuration } from "./durations"
import { isRecord } from "./ports"
import type { FlowNode, Json } from "./types"

const HOLE = /\{([A-Za-z_][\w.[\]]*)\}/g

/** The summary in words; "" when nothing it speaks of is filled in. */
export function summaryOf(node: FlowNode, block: Block, catalog: Catalog): string {
  let holes = 0
  let filled = 0
  const said = block.summary.replace(HOLE, (_, path: string) => {
    holes += 1
    const words = valuesAt(node.config, block.config, block.config, path.split("."))
      .map(({ value, schema }) => sayValue(value, schema, catalog))
      .filter((text) => text !== "")
    if (words.length > 0) filled += 1
    return words.join(catalog.locale === "zh" ? "、" : ", ")
  })
  return holes > 0 && filled === 0 ? "" : said.replace(/\s+/g, " ").trim()
}

function valuesAt(
  value: unknown,
  schema: Schema,
  root: Schema,
  path: string[],
): { value: unknown; schema: Schema }[] {
  const [first, ...rest] = path
  if (first === undefined) return [{ value, schema }]
  const name = first.replace("[]", "")
  const inner = follow(follow(schema, root).properties?.[name], root)
  const held = isRecord(value) && name in value ? value[name] : inner.default
  if (!first.endsWith("[]")) return valuesAt(held, inner, root, rest)
  if (!Array.isArray(held)) return []
  return held.flatMap((one) => valuesAt(one, follow(inner.items, root), root, rest))
}

/** One value in words: an option by its label, a duration as a person says it. */
export function sayValue(value: unknown, schema: Schema, catalog: Catalog): string {
  if (value === null || value === undefined || value === "") return ""
  const widget = schema["x-widget"]
  const option = schema["x-options"]?.[String(value)]
  if (option !== undefined) return option
  if (widget === "duration" || schema.format === "duration") {
    return sayDuration(value, catalog.locale)
  }
  if (widget === "event_type") {
    return catalog.event_types.find((one) => one.type === value)?.label ?? String(value)
  }
  if (widget === "schedule") return sayCron(String(value), catalog.locale)
  if (isRows(value)) return isEmpty(value) ? "" : sayCondition(value, catalog)
  if (Array.isArray(value)) return value.map((one) => sayPlain(one)).join("、")
  return sayPlain(value)
}

const sayPlain = (value: Json | unknown): string =>
  typeof value === "object" ? "" : String(value).replace(/\s+/g, " ").slice(0, 120)

/** "0 10 * * *" -> "每天 10:00"; what is more special stays as it is written. */
export function sayCron(cron: string, locale: string): string {
  const found = /^(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|\d)$/.exec(cron.trim())
  if (!found) return cron
  const [, minute = "0", hour = "0", day, weekday] = found
  const time = `${hour}:${minute.padStart(2, "0")}`
  const days = ["日", "一", "二", "三", "四", "五", "六", "日"]
  const english = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
  if (weekday !== "*" && day === "*") {
    const at = Number(weekday)
    return locale === "zh" ? `每周${days[at]} ${time}` : `${english[at % 7]}s ${time}`
  }
  if (weekday !== "*") return cron
  if (day !== "*")
    return locale === "zh" ? `每月 ${day} 日 ${time}` : `monthly on the ${day}. ${time}`
  return locale === "zh" ? `每天 ${time}` : `every day ${time}`
}

/** What a block does, without the values of any config. */
export function summaryWords(block: Block): string {
  return block.summary.replace(HOLE, "…")
}
