// Condition rows as they are stored: `{"all": [{"field": "order.amount", "op": "gt", "value": "500"}]}`.
// Numbers are kept as texts, so that none becomes a float. engine/core/expression/rows.py reads them.

import type { Operator, Schema } from "../catalog"
import type { Json } from "../types"

export type Kind = "text" | "number" | "money" | "time" | "boolean" | "list" | "tag"
export type Value = string | number | boolean | { field: string }

export interface Row {
  field: string
  op: string
  value?: Value | Value[]
  kind?: Kind
}

export type Group = { all: Entry[] } | { any: Entry[] }
export type Entry = Row | Group

export const isGroup = (entry: Entry): entry is Group => "all" in entry || "any" in entry
export const opOf = (group: Group): "all" | "any" => ("all" in group ? "all" : "any")
export const entriesOf = (group: Group): Entry[] => ("all" in group ? group.all : group.any)
export const groupOf = (op: "all" | "any", entries: Entry[]): Group =>
  op === "all" ? { all: entries } : { any: entries }

export const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (isRows(value) && entriesOf(value).length === 0)

/** Whether a stored condition is rows (text is the other form). */
export function isRows(value: unknown): value is Group {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  const keys = Object.keys(value)
  const [op] = keys
  if (keys.length !== 1 || (op !== "all" && op !== "any")) return false
  return Array.isArray((value as { [key: string]: Json })[op])
}

/** The kind of value a schema describes, as the engine reads it; null when unknown. */
export function kindOf(schema: Schema | undefined): Kind | null {
  if (!schema) return null
  const kind = schema["x-kind"]
  if (kind && kind !== "record" && kind !== "duration") return kind as Kind
  const types = [schema.type ?? []].flat().filter((type) => type !== "null")
  if (schema.format === "date-time") return "time"
  if (schema.format === "decimal" || schema.format === "money") return "number"
  if (types.includes("array")) return "list"
  if (types.includes("number") || types.includes("integer")) return "number"
  if (types.includes("boolean")) return "boolean"
  if (types.includes("string")) return "text"
  const options = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  const kinds = new Set(options.filter((o) => o.type !== "null").map(kindOf))
  const [only] = kinds
  return kinds.size === 1 ? (only ?? null) : null
}

/** The operators a field of this kind can be asked with; all of them for an unknown kind. */
export function operatorsFor(kind: Kind | null, operators: readonly Operator[]): Operator[] {
  return operators.filter((one) => kind === null || one.kinds.includes(kind))
}

/** A row's value made to fit another operator. */
export function fitValue(row: Row, shape: Operator["value"]): Row {
  const { value, ...rest } = row
  if (shape === "none") return rest
  const one = Array.isArray(value) ? value[0] : value
  if (shape === "many") {
    return { ...rest, value: Array.isArray(value) ? value : one === undefined ? [] : [one] }
  }
  if (shape === "pair")
    return { ...rest, value: [one ?? "", (Array.isArray(value) && value[1]) || ""] }
  if (shape === "duration")
    return { ...rest, value: /^P/.test(String(one)) ? (one ?? "P7D") : "P7D" }
  return one === undefined ? rest : { ...rest, value: one }
}
