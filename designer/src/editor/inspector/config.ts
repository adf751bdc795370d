// Between a step's config and its form: what the form need not show, what it need not store.

import { type Block, follow, isNullable, type Schema } from "@/flow/catalog"
import { freshRow } from "@/flow/defaults"
import { isRecord } from "@/flow/ports"
import type { Json, JsonObject } from "@/flow/types"
import { WIDGETS } from "@/forms/widgets"

/** The path of the rows that make ports: "branches" of "branches[].id". */
function portRows(block: Block): { list: string; key: string } | null {
  const found = /^([A-Za-z_]\w*)\[\]\.(\w+)$/.exec(block.ports_from ?? "")
  return found?.[1] && found[2] ? { list: found[1], key: found[2] } : null
}

/**
 * The schema the form is drawn from.
 *
 * 1. Ids of ports are made, not typed: they are left out.
 * 2. A field with a widget of its own is that widget's alone, and a group that may be missing gets a
 *    switch: the form library would fill both in by itself. `x-inner` keeps what they look like.
 * 3. What describes a class is for programmers.
 */
export function formSchemaOf(block: Block): Schema {
  const root = block.config
  const rows = portRows(block)
  const list = rows && root.properties?.[rows.list]
  const row = list ? nameOf(list.items) : null
  const $defs = Object.fromEntries(
    Object.entries(root.$defs ?? {}).map(([name, found]) => {
      const { description: _, ...rest } = found
      return [name, withWidgets(name === row && rows ? without(rest, rows.key) : rest, root)]
    }),
  )
  return { ...withWidgets(root, root), $defs }
}

const nameOf = (schema: Schema | undefined) =>
  /^#\/\$defs\/(.+)$/.exec(schema?.$ref ?? "")?.[1] ?? null

function without(schema: Schema, key: string): Schema {
  const { [key]: _, ...properties } = schema.properties ?? {}
  return { ...schema, properties, required: (schema.required ?? []).filter((one) => one !== key) }
}

function withWidgets(schema: Schema, root: Schema): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const shape = follow(field, root)
    const isOptional = isNullable(field) && shape.properties !== undefined
    const isOwn = shape.properties !== undefined && OWN.has(field["x-widget"] ?? "")
    if (!isOptional && !isOwn) return [name, field]
    const { $ref: _, anyOf: __, type: ___, properties: ____, ...hints } = field
    const inner = { ...shape, $defs: root.$defs ?? {} }
    const widget = isOptional ? "optional" : (field["x-widget"] ?? "")
    return [name, { ...hints, "x-widget": widget, "x-inner": inner }]
  })
  return schema.properties ? { ...schema, properties: Object.fromEntries(properties) } : schema
}

const OWN = new Set(Object.keys(WIDGETS))

/** The config a form's value becomes; null when nothing changed. */
export function taken(value: unknown, before: JsonObject, block: Block): JsonObject | null {
  if (!isRecord(value)) return null
  const clean = pruned(value, before, block.config, block.config)
  const next = isRecord(clean) ? withIds(clean, block) : {}
  return JSON.stringify(next) === JSON.stringify(before) ? null : next
}

/** Without defaults nobody chose: a form fills them in, the document leaves them out. */
function pruned(value: Json, before: Json | undefined, schema: Schema, root: Schema): Json {
  const shape = follow(schema, root)
  if (Array.isArray(value)) {
    const old = Array.isArray(before) ? before : []
    return value.map((one, index) => pruned(one, old[index], shape.items ?? {}, root))
  }
  if (!isRecord(value) || !shape.properties) return value
  const old = isRecord(before) ? before : {}
  const made: JsonObject = {}
  for (const name of [...Object.keys(old), ...Object.keys(value)]) {
    const inner = shape.properties[name] ?? {}
    const one = value[name]
    if (name in made || one === undefined) continue
    if (!(name in old) && isDefault(one, inner, root)) continue
    made[name] = pruned(one, old[name], inner, root)
  }
  return made
}

function isDefault(value: Json, schema: Schema, root: Schema): boolean {
  const fixed = schema.default !== undefined ? schema.default : follow(schema, root).default
  if (fixed !== undefined) return JSON.stringify(value) === JSON.stringify(fixed)
  if (Array.isArray(value)) return value.length === 0
  return isRecord(value) && Object.keys(value).length === 0
}

/** New rows that make ports get their ids and names. */
function withIds(config: JsonObject, block: Block): JsonObject {
  const rows = portRows(block)
  const list = rows ? config[rows.list] : undefined
  if (!rows || !Array.isArray(list)) return config
  const ids = new Set(list.flatMap((row) => (isRecord(row) ? String(row[rows.key] ?? "") : [])))
  ids.delete("")
  const made = list.map((row, index) =>
    isRecord(row) && (typeof row[rows.key] !== "string" || row[rows.key] === "")
      ? freshRow(row, block, rows.list, ids, index)
      : row,
  )
  return { ...config, [rows.list]: made }
}
