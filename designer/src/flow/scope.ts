// The names a step can read, as a tree and by path; and their values in a sample.

import type { Schema } from "./catalog"
import { plainTitle } from "./conditions/say"
import { isRecord } from "./ports"

export interface Name {
  path: string
  title: string
  schema: Schema
  inner: Name[]
}

const DEEPEST = 6
const WORD = /^[\p{L}_][\p{L}\p{N}_]*$/u

/** Every name below a schema, in its order. */
export function namesOf(schema: Schema | undefined, path = "", depth = 0): Name[] {
  if (!schema || depth > DEEPEST) return []
  return Object.entries(schema.properties ?? {}).map(([name, inner]) => {
    const here = path === "" ? name : WORD.test(name) ? `${path}.${name}` : `${path}["${name}"]`
    return {
      path: here,
      title: plainTitle(inner.title, name),
      schema: inner,
      inner: namesOf(inner, here, depth + 1),
    }
  })
}

/** The parts of a path: `order["a b"].c` -> order, a b, c. */
export function partsOf(path: string): string[] {
  return [...path.matchAll(/[\p{L}_$][\p{L}\p{N}_]*|\["((?:[^"\\]|\\.)*)"\]/gu)].map(
    (found) => found[1] ?? found[0],
  )
}

/** What a scope says of a path; undefined where it knows nothing. */
export function schemaAt(scope: Schema | undefined, path: string): Schema | undefined {
  let found: Schema | undefined = scope
  for (const part of partsOf(path)) {
    const more: boolean | Schema | undefined = found?.additionalProperties
    found = found?.properties?.[part] ?? (typeof more === "object" ? more : undefined)
  }
  return found
}

/** The value a path has in a sample; undefined where it has none. */
export function valueAt(sample: unknown, path: string): unknown {
  let found = sample
  for (const part of partsOf(path)) found = isRecord(found) ? found[part] : undefined
  return found
}

/** "订单 · 实付金额": the titles along a path, the last two of them. */
export function sayPath(scope: Schema | undefined, path: string): string {
  let found: Schema | undefined = scope
  const said: string[] = []
  for (const part of partsOf(path)) {
    found = found?.properties?.[part]
    if (!found) return path
    said.push(plainTitle(found.title, part))
  }
  return said.slice(-2).join(" · ") || path
}

/** A value of a sample as one short line. */
export function sayValueShort(value: unknown): string {
  const said = typeof value === "string" ? value : JSON.stringify(value)
  return said === undefined ? "" : said.length > 60 ? `${said.slice(0, 57)}…` : said
}
