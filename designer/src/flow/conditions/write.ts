// Condition rows -> expression text, as engine/core/expression/rules.py writes it.

import { entriesOf, type Group, isGroup, opOf, type Row, type Value } from "./rows"

const SIGNS: { [op: string]: string } = {
  eq: "==",
  ne: "!=",
  gt: ">",
  ge: ">=",
  lt: "<",
  le: "<=",
  before: "<",
  after: ">",
  matches: "=~~",
  in: "in",
  not_in: "not in",
}
const AS_TEXT = new Set(["contains", "not_contains", "starts_with", "ends_with", "matches"])
const AS_TIME = new Set(["before", "after"])
const ORDERED = new Set(["gt", "ge", "lt", "le", "between"])
const NUMBER = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** The kind of a field by the schema of the scope; null when it is unknown. */
export type KindOf = (field: string) => string | null

export function rowsToText(group: Group, kindOf: KindOf = () => null): string {
  return entriesOf(group).length === 0 ? "true" : writeGroup(group, kindOf)
}

function writeGroup(group: Group, kindOf: KindOf): string {
  return entriesOf(group)
    .map((entry) => {
      if (!isGroup(entry)) return writeRow(entry, kindOf)
      const inner = writeGroup(entry, kindOf)
      return entriesOf(entry).length > 1 ? `(${inner})` : inner
    })
    .join(opOf(group) === "all" ? " and " : " or ")
}

function writeRow(row: Row, kindOf: KindOf): string {
  const { field, op } = row
  const listed = Array.isArray(row.value) ? row.value : row.value === undefined ? [] : [row.value]
  const values = listed.map((value) => writeValue(value, op, row.kind ?? kindOf(field)))
  const [first = '""', second = '""'] = values
  switch (op) {
    case "in":
    case "not_in":
      return `${field} ${SIGNS[op]} [${values.join(", ")}]`
    case "between":
      return `(${field} >= ${first} and ${field} <= ${second})`
    case "contains":
      return `${first} in ${field}`
    case "not_contains":
      return `${first} not in ${field}`
    case "starts_with":
    case "ends_with":
      return `${field}.${op}(${first})`
    case "within_last":
      return `${field} >= $now - t"${String(listed[0])}"`
    case "not_within_last":
      return `not (${field} >= $now - t"${String(listed[0])}")`
    case "is_empty":
      return `${field}.is_empty`
    case "is_not_empty":
      return `not ${field}.is_empty`
    default:
      return `${field} ${SIGNS[op] ?? "=="} ${first}`
  }
}

function writeValue(value: Value, op: string, known: string | null): string {
  if (typeof value === "object") return value.field
  let kind = AS_TEXT.has(op) ? "text" : AS_TIME.has(op) ? "time" : known
  if (kind === "money") kind = "number"
  if (kind === null || kind === "list" || kind === "tag" || kind === "record")
    kind = look(value, op)
  if (kind === "boolean") return String(value) === "true" ? "true" : "false"
  if (kind === "number" && NUMBER.test(String(value).trim())) return plain(String(value).trim())
  if (kind === "time") return `d"${String(value)}"`
  return writeText(String(value))
}

function look(value: Value, op: string): string {
  if (typeof value === "boolean") return "boolean"
  if (typeof value === "number") return "number"
  return ORDERED.has(op) && NUMBER.test(String(value).trim()) ? "number" : "text"
}

/** A number without an exponent, as the engine writes it. */
function plain(written: string): string {
  const [mantissa = "", exponent] = written.toLowerCase().split("e")
  if (exponent === undefined) {
    const sign = mantissa.startsWith("-") ? "-" : ""
    let digits = mantissa.replace("-", "")
    if (digits.startsWith(".")) digits = `0${digits}`
    if (digits.endsWith(".")) digits = digits.slice(0, -1)
    return sign + digits
  }
  return Number(written).toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 })
}

export function writeText(value: string): string {
  const written = value
    .replace(/\\/g, "\\\\")
    .replace(/"/g, '\\"')
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r")
    .replace(/\t/g, "\\t")
  return `"${written}"`
}
