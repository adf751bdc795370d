// A first event to try a flow on, made from the schema of its type: something stands everywhere.

import type { Schema } from "@/flow/catalog"
import { indexOf } from "@/flow/graphs"
import type { Flow, Json, JsonObject } from "@/flow/types"
import { languageNow } from "@/text/set-up"

/** The event types a flow begins with, in the order of its triggers. */
export function startTypes(flow: Flow, isTrigger: (type: string) => boolean): string[] {
  const types = [...indexOf(flow).nodes.values()]
    .filter(({ node }) => isTrigger(node.type))
    .map(({ node }) => node.config?.type)
  return [...new Set(types.filter((type): type is string => typeof type === "string"))]
}

export function sampleEvent(type: string, schema: Schema): JsonObject {
  const data = sampleOf(schema, schema)
  return { type, data: typeof data === "object" && data !== null ? data : {} }
}

/** A value a schema describes: its example or default, else something plain. */
export function sampleOf(schema: Schema, root: Schema, depth = 0): Json {
  const found = resolved(schema, root)
  const examples = (found as { examples?: Json[] }).examples
  if (examples?.[0] !== undefined) return examples[0]
  if (found.const !== undefined) return found.const
  if (found.default !== undefined && found.default !== null) return found.default
  if (found.enum?.[0] !== undefined) return found.enum[0]
  const type = [found.type ?? (found.properties ? "object" : "string")].flat()[0]
  if (type === "object") {
    const required = new Set(found.required ?? [])
    const made: JsonObject = {}
    for (const [name, inner] of Object.entries(found.properties ?? {})) {
      if (required.has(name) || depth === 0) made[name] = sampleOf(inner, root, depth + 1)
    }
    return made
  }
  if (type === "array")
    return depth < 3 && found.items ? [sampleOf(found.items, root, depth + 1)] : []
  if (type === "boolean") return false
  if (type === "integer" || type === "number") return found.minimum ?? 1
  if (found.format === "date-time") return new Date().toISOString()
  if (found.format === "date") return new Date().toISOString().slice(0, 10)
  const wanted = found.pattern ? new RegExp(found.pattern, "u") : null
  if (found.format === "decimal" || wanted?.test("620.00")) return "620.00"
  const words = languageNow() === "en" ? WORDS.slice(1) : WORDS
  return words.find((word) => !wanted || wanted.test(word)) ?? ""
}

const WORDS = ["示例", "example", "example_1", "CNY", "13800000000"]

function resolved(schema: Schema, root: Schema): Schema {
  let found = schema
  for (let depth = 0; depth < 12; depth += 1) {
    if (found.$ref) {
      const name = found.$ref.split("/").at(-1) ?? ""
      const { $ref: _, ...own } = found
      found = { ...root.$defs?.[name], ...own }
      continue
    }
    const options = [...(found.anyOf ?? []), ...(found.oneOf ?? [])]
    const first = options.find((one) => one.type !== "null")
    if (!first) return found
    const { anyOf: _, oneOf: __, ...own } = found
    found = { ...first, ...own }
  }
  return found
}
