// What the server says of its blocks: all the designer knows about node types.

import type { Json } from "./types"

/** JSON Schema with the hints of engine/core/fields.py. */
export interface Schema {
  type?: string | string[]
  title?: string
  description?: string
  default?: Json
  enum?: Json[]
  const?: Json
  format?: string
  pattern?: string
  properties?: { [name: string]: Schema }
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  $ref?: string
  $defs?: { [name: string]: Schema }
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minItems?: number
  maxItems?: number
  minProperties?: number
  maxProperties?: number
  "x-widget"?: string
  "x-options"?: { [value: string]: string }
  "x-kind"?: string
  "x-names"?: string
  "x-connector"?: string
  "x-action"?: string
  "x-lock"?: boolean
  "x-inner"?: Schema
}

export interface Port {
  id: string
  label: string
}

/** One block of the palette. */
export interface Block {
  type: string
  group: string
  kind: string
  label: string
  summary: string
  icon: string
  help: string
  ports: Port[]
  ports_from: string | null
  writes_from: string | null
  config: Schema
  errors: { code: string; label: string }[]
  effect_class: string
  waits: boolean
  has_body: boolean
  version: number
  output: Schema | null
  output_varies: boolean
  search: string[]
  starts: string | null
  connector: string | null
  action: string | null
}

export interface Operator {
  op: string
  label: string
  kinds: string[]
  value: "none" | "one" | "many" | "pair" | "duration"
}

export interface Member {
  name: string
  gives: string | null
  arguments?: number[]
}

export interface Language {
  keywords: string[]
  functions: { name: string; arguments: (number | null)[]; gives: string | null }[]
  values: { name: string; gives: string }[]
  members: { [kind: string]: Member[] }
  operators: Operator[]
}

export interface EventType {
  type: string
  label: string
  group: string
  group_label: string
  record: string | null
  internal: boolean
}

export interface Catalog {
  locale: "zh" | "en"
  groups: { key: string; label: string }[]
  nodes: Block[]
  event_types: EventType[]
  language: Language
}

export type Blocks = ReadonlyMap<string, Block>

const made = new WeakMap<Catalog, Blocks>()

/** The blocks by type. */
export function blocksOf(catalog: Catalog): Blocks {
  let found = made.get(catalog)
  if (!found) {
    found = new Map(catalog.nodes.map((block) => [block.type, block]))
    made.set(catalog, found)
  }
  return found
}

/** A schema with its reference followed and `X or null` read as X. */
export function follow(schema: Schema | undefined, root: Schema): Schema {
  let found = schema ?? {}
  for (let depth = 0; depth < 20; depth += 1) {
    if (found.$ref) {
      const name = found.$ref.replace("#/$defs/", "")
      const { $ref: _, ...own } = found
      found = { ...root.$defs?.[name], ...own }
      continue
    }
    const options = found.anyOf?.filter((one) => one.type !== "null")
    if (found.anyOf && options?.length === 1) {
      const { anyOf: _, ...own } = found
      found = { ...options[0], ...own }
      continue
    }
    return found
  }
  return found
}

/** Whether null is one of the values a field may have. */
export function isNullable(schema: Schema): boolean {
  return (
    schema.anyOf?.some((one) => one.type === "null") === true ||
    (Array.isArray(schema.type) && schema.type.includes("null"))
  )
}
