// A tenant's own event as a table of fields <-> JSON Schema of its `data`.
// The data holds one record, called as the first word of the type: {"testdrive": {...}}.

import type { JsonObject } from "@/flow/types"

export const KINDS = [
  "text",
  "number",
  "integer",
  "money",
  "switch",
  "date",
  "time",
  "select",
  "list",
] as const
export type Kind = (typeof KINDS)[number]

export interface Field {
  key: string
  /** What people call it; "" where it has no name beside its key. */
  label: string
  kind: Kind
  isNeeded: boolean
  options: string[]
}

/** The record of a type as people fill it in. */
export interface Shape {
  fields: Field[]
  /** A number of its own: the required field `id`. */
  hasId: boolean
  /** Who it is about: the field `identities`. */
  hasIdentities: boolean
}

export const TYPE = /^[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39}){1,3}$/
const KEY = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
export const recordOf = (type: string) => type.split(".")[0] ?? ""

const IDENTITIES: JsonObject = {
  type: "array",
  "x-title": { zh: "客户身份", en: "Identities" },
  items: {
    type: "object",
    required: ["kind", "value"],
    properties: { kind: { type: "string" }, value: { type: "string" } },
  },
}
const ID: JsonObject = {
  type: "string",
  minLength: 1,
  "x-title": { zh: "编号", en: "Number" },
}

const PLAIN: Record<Kind, JsonObject> = {
  text: { type: "string" },
  number: { type: "number" },
  integer: { type: "integer" },
  money: { type: "string", format: "decimal", "x-money": true },
  switch: { type: "boolean" },
  date: { type: "string", format: "date" },
  time: { type: "string", format: "date-time" },
  select: { type: "string" },
  list: { type: "array", items: { type: "string" } },
}

/** Keys that are no keys, or stand twice. */
export function wrongKeys(shape: Shape): ReadonlySet<string> {
  const taken = [
    ...shape.fields.map((one) => one.key),
    ...(shape.hasId ? ["id"] : []),
    ...(shape.hasIdentities ? ["identities"] : []),
  ]
  return new Set(
    shape.fields
      .map((one) => one.key)
      .filter((key) => !KEY.test(key) || taken.filter((other) => other === key).length > 1),
  )
}

export function schemaFrom(record: string, shape: Shape): JsonObject {
  const properties: JsonObject = {}
  if (shape.hasId) properties.id = ID
  for (const one of shape.fields)
    properties[one.key] = {
      ...PLAIN[one.kind],
      ...(one.kind === "select" ? { enum: one.options } : {}),
      ...(one.label ? { "x-title": { zh: one.label, en: one.label } } : {}),
    }
  if (shape.hasIdentities) properties.identities = IDENTITIES
  const required = [
    ...(shape.hasId ? ["id"] : []),
    ...shape.fields.filter((one) => one.isNeeded).map((one) => one.key),
  ]
  return {
    type: "object",
    required: [record],
    properties: {
      [record]: { type: "object", ...(required.length > 0 ? { required } : {}), properties },
    },
  }
}

/** The table of fields of a schema; null where it says more than a table can. */
export function shapeFrom(record: string, schema: JsonObject): Shape | null {
  const held = (schema.properties as Record<string, JsonObject> | undefined)?.[record]
  const properties = (held?.properties ?? {}) as Record<string, JsonObject>
  const required = Array.isArray(held?.required) ? held.required.map(String) : []
  const shape: Shape = { fields: [], hasId: false, hasIdentities: false }
  for (const [key, one] of Object.entries(properties)) {
    const label = labelOf(one)
    if (key === "id" && one.type === "string" && required.includes("id")) shape.hasId = true
    else if (key === "identities") shape.hasIdentities = true
    else {
      const kind = kindOf(one)
      if (!kind) return null
      const options = kind === "select" && Array.isArray(one.enum) ? one.enum.map(String) : []
      shape.fields.push({ key, label, kind, isNeeded: required.includes(key), options })
    }
  }
  // Anything the table would lose makes it one for the text.
  return same(schema, schemaFrom(record, shape)) ? shape : null
}

function kindOf(one: JsonObject): Kind | null {
  if (Array.isArray(one.enum)) return "select"
  if (one.format === "decimal") return "money"
  if (one.format === "date") return "date"
  if (one.format === "date-time") return "time"
  if (one.type === "array") return "list"
  const found = KINDS.find((kind) => kind !== "money" && PLAIN[kind].type === one.type)
  return found ?? null
}

function labelOf(one: JsonObject): string {
  const words = one["x-title"] as { zh?: string } | string | undefined
  if (typeof words === "string") return words
  return words?.zh ?? (typeof one.title === "string" ? one.title : "")
}

/** Alike but for the order of members, for titles, and for what an empty list says. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(tidied(one)) === JSON.stringify(tidied(other))
}

// Words, and hints that only say how a value is shown.
const QUIET = new Set(["x-title", "title", "description", "x-help", "minLength", "$schema"])

function tidied(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((one) => tidied(one))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => isNames || !(QUIET.has(key) || (key === "required" && isEmpty(one))))
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, one]) => [
        key,
        key === "required" && Array.isArray(one)
          ? [...one].sort()
          : key === "identities" && isNames
            ? true
            : tidied(one, key === "properties"),
      ]),
  )
}

const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0

/** The JSON object a text holds; null where it is none. */
export function readObject(text: string): JsonObject | null {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === "object" && found !== null && !Array.isArray(found)
      ? (found as JsonObject)
      : null
  } catch {
    return null
  }
}
