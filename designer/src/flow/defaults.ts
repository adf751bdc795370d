// A fresh step: the defaults of its schema, and what must be there filled in as far as one can.

import { type Block, follow, type Schema } from "./catalog"
import { freshId, stemOf } from "./ids"
import type { FlowNode, Json, JsonObject, Position } from "./types"

/** A new step of a block with sensible defaults; `taken` are the ids in use. */
export function freshNode(block: Block, taken: Set<string>, position: Position): FlowNode {
  const node: FlowNode = {
    id: freshId(taken, stemOf(block.type)),
    type: block.type,
    version: block.version,
    config: freshConfig(block),
    position,
  }
  if (block.has_body) node.body = { nodes: [], edges: [] }
  return node
}

export function freshConfig(block: Block): JsonObject {
  const made = freshValue(block.config, block.config, true)
  const config = typeof made === "object" && made !== null && !Array.isArray(made) ? made : {}
  nameRows(config, block)
  return config
}

/** What a field starts with; undefined where it is better left out. */
export function freshValue(schema: Schema, root: Schema, required: boolean): Json | undefined {
  if (schema.default !== undefined) return required ? schema.default : undefined
  const found = follow(schema, root)
  if (found.default !== undefined) return required ? found.default : undefined
  if (!required) return undefined
  if (found.enum) return found.enum[0]
  const type = Array.isArray(found.type) ? found.type[0] : found.type
  if (type === "array") {
    const count = found.minItems ?? 0
    return Array.from({ length: count }, () => freshValue(found.items ?? {}, root, true) ?? null)
  }
  if (type === "object" && found.properties) {
    const made: JsonObject = {}
    for (const [name, inner] of Object.entries(found.properties)) {
      const value = freshValue(inner, root, found.required?.includes(name) ?? false)
      if (value !== undefined) made[name] = value
    }
    return made
  }
  if (type === "object") return {}
  if (type === "string" && !found.pattern && !found.format) return ""
  if (found["x-widget"] === "condition") return { all: [] }
  return undefined
}

/** Rows that make ports get an id and a name, so that their lines can be drawn at once. */
function nameRows(config: JsonObject, block: Block): void {
  const path = block.ports_from?.split(".")[0]
  if (!path?.endsWith("[]")) return
  const name = path.slice(0, -2)
  const rows = config[name]
  if (!Array.isArray(rows)) return
  const taken = new Set<string>()
  rows.forEach((row, index) => {
    if (typeof row === "object" && row !== null && !Array.isArray(row)) {
      Object.assign(row, freshRow(row, block, name, taken, index))
    }
  })
}

/** Id and name of a new row that makes a port. */
export function freshRow(
  row: JsonObject,
  block: Block,
  list: string,
  taken: Set<string>,
  index: number,
): JsonObject {
  const title = follow(block.config.properties?.[list], block.config).title ?? list
  const made: JsonObject = { ...row }
  if (typeof made.id !== "string" || made.id === "") made.id = freshId(taken, "p")
  if (typeof made.name !== "string" || made.name === "") {
    made.name = /[\u4e00-\u9fff]/.test(title) ? `${title}${index + 1}` : `${title} ${index + 1}`
  }
  return made
}
