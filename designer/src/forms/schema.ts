/** JSON Schema as the server sends it: with `x-` hints that a form reads. */
export interface FormSchema {
  $id?: string
  $ref?: string
  $defs?: Record<string, FormSchema>
  type?: string | string[]
  title?: string
  description?: string
  default?: unknown
  const?: unknown
  enum?: unknown[]
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  multipleOf?: number
  minItems?: number
  maxItems?: number
  required?: string[]
  properties?: Record<string, FormSchema>
  additionalProperties?: boolean | FormSchema
  items?: FormSchema
  anyOf?: FormSchema[]
  oneOf?: FormSchema[]
  allOf?: FormSchema[]
  readOnly?: boolean
  "x-widget"?: string
  "x-options"?: Record<string, string>
  "x-title"?: Words
  "x-help"?: Words
  "x-nullable"?: boolean
  "x-lock"?: boolean
  "x-connector"?: string
  [more: string]: unknown
}

type Words = { zh: string; en: string } | string

/**
 * A schema as the form draws it.
 *
 * 1. Texts in two languages (`x-title`, `x-help`, `x-options`) become the reader's.
 * 2. "X or null" becomes X with `x-nullable`: an empty field is null, not a choice between two.
 * 3. Class names that pydantic gives as titles (no Chinese, no space, beside properties) go.
 */
export function prepare(schema: FormSchema, isEnglish: boolean): FormSchema {
  return walk(schema, isEnglish) as FormSchema
}

function walk(value: unknown, isEnglish: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => walk(each, isEnglish))
  if (typeof value !== "object" || value === null) return value
  const said: Record<string, unknown> = {}
  for (const [key, each] of Object.entries(value))
    said[key] =
      key === "default" || key === "const" || key === "enum" ? each : walk(each, isEnglish)
  return settled(said as FormSchema, isEnglish)
}

function settled(schema: FormSchema, isEnglish: boolean): FormSchema {
  const found = { ...schema }
  if (isWords(found["x-title"])) found.title = inWords(found["x-title"], isEnglish)
  if (isWords(found["x-help"])) found.description = inWords(found["x-help"], isEnglish)
  if (typeof found["x-options"] === "object" && found["x-options"] !== null)
    found["x-options"] = Object.fromEntries(
      Object.entries(found["x-options"]).map(([key, words]) => [
        key,
        isWords(words) ? inWords(words, isEnglish) : String(words),
      ]),
    )
  const branches = found.anyOf ?? found.oneOf
  const kept = branches?.filter((each) => each.type !== "null")
  const only = kept?.[0]
  if (branches && kept && kept.length < branches.length && kept.length === 1 && only) {
    const { anyOf: _any, oneOf: _one, ...rest } = found
    return { ...only, ...rest, "x-nullable": true }
  }
  if (found.properties && found.title && /^[A-Za-z]+$/.test(found.title) && !found["x-title"])
    delete found.title
  return found
}

function isWords(value: unknown): value is Words {
  return typeof value === "object" && value !== null && "zh" in value && "en" in value
}

function inWords(words: Words, isEnglish: boolean): string {
  return typeof words === "string" ? words : isEnglish ? words.en : words.zh
}

/** The schema a `$ref` of `root` names; others as they are. */
export function resolved(schema: FormSchema, root: FormSchema): FormSchema {
  if (!schema.$ref) return schema
  let found: unknown = root
  for (const part of schema.$ref.replace(/^#\/?/, "").split("/").filter(Boolean))
    found =
      typeof found === "object" && found !== null
        ? (found as Record<string, unknown>)[part.replace(/~1/g, "/").replace(/~0/g, "~")]
        : undefined
  if (typeof found !== "object" || found === null) return {}
  const { $ref: _, ...own } = schema
  return { ...resolved(found as FormSchema, root), ...own }
}

/** What a new value of a schema begins as: its defaults, and nothing else. */
export function defaultsOf(schema: FormSchema, root: FormSchema = schema, depth = 0): unknown {
  const found = resolved(schema, root)
  if (found.default !== undefined) return structuredClone(found.default)
  if (found.const !== undefined) return found.const
  if (found.properties && depth < 8) {
    const made: Record<string, unknown> = {}
    for (const [name, each] of Object.entries(found.properties)) {
      const value = defaultsOf(each, root, depth + 1)
      const isNeeded = found.required?.includes(name) ?? false
      const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0
      if (value !== undefined && (isNeeded || !isEmpty || each.default !== undefined))
        made[name] = value
    }
    return made
  }
  return undefined
}
