// Fields of a form for people <-> JSON Schema.

import type { JsonObject } from "@/flow/types"

export const FIELD_TYPES = ["text", "multiline", "number", "switch", "select", "date"] as const
export type FieldType = (typeof FIELD_TYPES)[number]

export function schemaFor(type: FieldType, title: string): JsonObject {
  switch (type) {
    case "multiline":
      return { type: "string", title, "x-widget": "multiline" }
    case "number":
      return { type: "number", title }
    case "switch":
      return { type: "boolean", title }
    case "select":
      return { type: "string", title, enum: [] }
    case "date":
      return { type: "string", title, format: "date" }
    default:
      return { type: "string", title }
  }
}

export function typeOf(schema: JsonObject): FieldType {
  if (schema.type === "boolean") return "switch"
  if (schema.type === "number" || schema.type === "integer") return "number"
  if (Array.isArray(schema.enum)) return "select"
  if (schema.format === "date" || schema.format === "date-time") return "date"
  return schema["x-widget"] === "multiline" ? "multiline" : "text"
}

export function freshKey(taken: readonly string[]): string {
  let number = taken.length + 1
  while (taken.includes(`field${number}`)) number += 1
  return `field${number}`
}
