import type { TFunction } from "i18next"
import type { Rule } from "@/api/types"
import { money } from "@/text/format"
import { grouped, isFigure } from "./decimals"
import { idOf, isRecord, partsOf } from "./pointer"

/** A word of the card's vocabulary; what has none stands for itself. */
export function wordOf(t: TFunction, group: string, name: string): string {
  return t(`rateWords.${group}.${name}` as "rateWords.field.name", { defaultValue: name })
}

const GROUPS: Record<string, string> = {
  layer: "layer",
  op: "op",
  direction: "direction",
  window: "window",
  period: "period",
  rate_on: "rateOn",
  counts: "counts",
  totals: "totals",
  mode: "mode",
  grain: "grain",
  reach: "reach",
  due: "due",
  on: "coefficientOn",
  role: "role",
  kind: "model",
  remainder: "remainder",
}

/**
 * A stable pointer as people say it: 规则「标准佣金」 · 计价方式 · 比例（%）.
 *
 * Things with an id have their name from the document, tiers their number; other names come from
 * the vocabulary.
 */
export function sayPointer(t: TFunction, document: unknown, pointer: string): string {
  const parts = partsOf(pointer)
  if (parts.length === 0) return t("rateWords.place.whole")
  let here = document
  const said: string[] = []
  parts.forEach((part, index) => {
    const list = parts[index - 1]
    if (Array.isArray(here)) {
      here =
        here.find((item) => idOf(item) === part) ??
        (/^\d+$/.test(part) ? here[Number(part)] : undefined)
      said.pop()
      said.push(sayItem(t, list ?? "", part, here))
      return
    }
    here = isRecord(here) ? here[part] : undefined
    if ((isThings(list) || /^\d+$/.test(part)) && here === undefined && said.length > 0) {
      said.pop()
      said.push(sayItem(t, list ?? "", part, undefined))
    } else said.push(wordOf(t, parts[index - 1] === "match" ? "match" : "field", part))
  })
  return said.join(" · ")
}

const isThings = (list: string | undefined) =>
  list === "rules" || list === "terms" || list === "campaigns" || list === "exclusions"

function sayItem(t: TFunction, list: string, part: string, item: unknown): string {
  if (part === "*") return `${wordOf(t, "field", list)} · ${t("rateWords.place.any")}`
  const name = isRecord(item) && typeof item.name === "string" ? item.name : part
  if (list === "rules") return t("rateWords.place.rule", { name })
  if (list === "terms") return t("rateWords.place.term", { name })
  if (list === "campaigns") return t("rateWords.place.campaign", { name })
  if (list === "exclusions") return t("rateWords.place.exclusion", { name })
  const number = Number(part) + 1
  if (list === "tiers" && !Number.isNaN(number)) return t("rateWords.place.tier", { number })
  return Number.isNaN(number) ? part : t("rateWords.place.item", { number })
}

/** A value at a pointer in one line: "12%", "月", "规则「标准佣金」：12%"; "—" for nothing. */
export function sayValue(t: TFunction, pointer: string, value: unknown, currency = "CNY"): string {
  if (value === undefined || value === null || value === "") return "—"
  const parts = partsOf(pointer)
  const name = parts.at(-1) ?? ""
  if (typeof value === "boolean") return value ? t("word.yes") : t("word.no")
  if (typeof value === "string") {
    if (name === "percent") return `${grouped(value)}%`
    if (isFigure(value)) return grouped(value)
    if (name === "when" && parts.includes("moment")) return wordOf(t, "moment", value)
    if (name === "from" && parts.includes("base")) return wordOf(t, "from", value)
    if (name === "mode" && parts.includes("guarantee")) return wordOf(t, "guaranteeMode", value)
    const group = GROUPS[name]
    return group ? wordOf(t, group, value) : value
  }
  if (typeof value === "number") return String(value)
  if (Array.isArray(value))
    return value.map((each) => sayValue(t, pointer, each, currency)).join(t("rates.comma"))
  if (isRecord(value) && parts.at(-2) === "rules" && "term" in value)
    return (
      String(value.name ?? name) + t("rates.colon") + sayRate(t, value as unknown as Rule, currency)
    )
  if (name === "model" && isRecord(value)) return sayModel(t, value, currency)
  if (isRecord(value) && typeof value.name === "string") return value.name
  return JSON.stringify(value)
}

/** What a rule does, in a few words: 12%, +3 个百分点, 超额累进 3 档. */
export function sayRate(t: TFunction, rule: Rule, currency: string): string {
  if ((rule.op ?? "replace") === "replace")
    return rule.model ? sayModel(t, rule.model, currency) : "—"
  const by = rule.by ? grouped(rule.by) : "?"
  if (rule.op === "multiply") return `× ${by}`
  return `${by.startsWith("-") ? "" : "+"}${by}${t("rateWords.points")}`
}

function sayModel(t: TFunction, model: object, currency: string): string {
  const own = model as Record<string, unknown>
  const amount = (name: string) => (isFigure(own[name]) ? money(own[name], currency) : "?")
  const kind = String(own.kind)
  if (kind === "percentage") return `${isFigure(own.percent) ? grouped(own.percent) : "?"}%`
  if (kind === "per_unit") return t("rates.say.perUnit", { amount: amount("amount") })
  if (kind === "flat") return t("rates.say.flat", { amount: amount("amount") })
  if (kind === "chain" && Array.isArray(own.levels))
    return own.levels
      .map((level) => `${wordOf(t, "role", String(level.key))} ${level.percent}%`)
      .join(" → ")
  const size = isFigure(own.size) ? grouped(own.size) : "?"
  if (kind === "package") return t("rates.say.package", { amount: amount("amount"), size })
  if (kind === "blocks") return t("rates.say.blocks", { amount: amount("amount"), size })
  const tiers = Array.isArray(own.tiers) ? own.tiers.length : 0
  return t(kind === "volume" ? "rates.say.volume" : "rates.say.graduated", { count: tiers })
}

/** "2026-11-11" and moments, the latter without what nobody reads. */
export function sayEdge(edge: unknown): string {
  if (typeof edge !== "string" || edge === "") return "—"
  return edge.length > 10 ? edge.slice(0, 16).replace("T", " ") : edge
}
