/** Pointers that stay on their value: an item of a list is named by its id, not by its place. */

export function partsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"))
}

export function pointerOf(parts: readonly string[]): string {
  return parts.map((part) => `/${part.replace(/~/g, "~0").replace(/\//g, "~1")}`).join("")
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

export function idOf(item: unknown): string | undefined {
  if (!isRecord(item)) return undefined
  const found = item.id ?? item.key
  return typeof found === "string" ? found : undefined
}

/** Where in a list a name points: an id wins over a place. */
function placeIn(list: readonly unknown[], part: string): number {
  const named = list.findIndex((item) => idOf(item) === part)
  if (named >= 0) return named
  return /^\d+$/.test(part) && Number(part) < list.length ? Number(part) : -1
}

/** The value; undefined where there is none. */
export function valueAt(document: unknown, pointer: string): unknown {
  let here = document
  for (const part of partsOf(pointer)) {
    if (Array.isArray(here)) here = here[placeIn(here, part)]
    else here = isRecord(here) ? here[part] : undefined
  }
  return here
}

/** A copy with another value there, objects on the way made; undefined takes the value away. */
export function put<T>(document: T, pointer: string, value: unknown): T {
  return putIn(document, partsOf(pointer), value) as T
}

function putIn(here: unknown, parts: readonly string[], value: unknown): unknown {
  const [first, ...rest] = parts
  if (first === undefined) return value
  if (Array.isArray(here)) {
    const place = placeIn(here, first)
    if (place < 0) return value === undefined || rest.length > 0 ? here : [...here, value]
    if (rest.length === 0 && value === undefined) return here.filter((_, index) => index !== place)
    return here.map((item, index) => (index === place ? putIn(item, rest, value) : item))
  }
  const record = isRecord(here) ? here : {}
  if (rest.length === 0 && value === undefined) {
    const { [first]: _, ...kept } = record
    return kept
  }
  return { ...record, [first]: putIn(record[first], rest, value) }
}

/** The same pointer with places in lists replaced by ids where the items have one. */
export function stable(document: unknown, pointer: string): string {
  let here = document
  return pointerOf(
    partsOf(pointer).map((part) => {
      if (!Array.isArray(here)) {
        here = isRecord(here) ? here[part] : undefined
        return part
      }
      here = here[placeIn(here, part)]
      return idOf(here) ?? part
    }),
  )
}

/** Whether what stands at `pointer` is, or lies in, what `outer` names ("*" is any member). */
export function isWithin(outer: string, pointer: string): boolean {
  const inner = partsOf(pointer)
  return partsOf(outer).every((part, index) => {
    const own = inner[index]
    return own !== undefined && (part === "*" || part === own)
  })
}

/** A place the saved document has, and what it becomes by setting `value` at `pointer`. */
export function anchored(
  saved: unknown,
  pointer: string,
  value: unknown,
): { pointer: string; value: unknown } {
  const parts = partsOf(pointer)
  for (let length = 1; length < parts.length; length++) {
    const above = pointerOf(parts.slice(0, length))
    if (valueAt(saved, above) === undefined)
      return { pointer: above, value: putIn(undefined, parts.slice(length), value) }
  }
  return { pointer, value }
}
