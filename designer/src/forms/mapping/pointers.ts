export interface Pointer {
  /** "/trade/tid", "/items/*\/sku" with the star for each of a list. */
  at: string
  /** What the sample has there. */
  value: string
}

const MOST = 200

/** Every place of a sample that holds a value, as the pointers a mapping is written in. */
export function pointersOf(sample: unknown): Pointer[] {
  const found: Pointer[] = []
  walk(sample, "", found)
  return found
}

/** The places that hold records: lists, and objects below the top. */
export function holdersOf(sample: unknown): string[] {
  const found: string[] = []
  const visit = (value: unknown, at: string) => {
    if (typeof value !== "object" || value === null) return
    if (at && !at.includes("*")) found.push(at)
    if (Array.isArray(value)) return
    for (const [name, each] of Object.entries(value)) visit(each, `${at}/${escaped(name)}`)
  }
  visit(sample, "")
  return found.slice(0, MOST)
}

/** The first record of a sample at a pointer: what the other pointers are read from. */
export function recordAt(sample: unknown, pointer: string): unknown {
  let found = sample
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~")
    found =
      typeof found === "object" && found !== null
        ? (found as Record<string, unknown>)[name]
        : undefined
  }
  return Array.isArray(found) ? found[0] : found
}

function walk(value: unknown, at: string, found: Pointer[]) {
  if (found.length >= MOST) return
  if (Array.isArray(value)) {
    if (!at.includes("*")) walk(value[0], `${at}/*`, found)
  } else if (typeof value === "object" && value !== null) {
    for (const [name, each] of Object.entries(value)) walk(each, `${at}/${escaped(name)}`, found)
  } else if (at && value !== undefined) found.push({ at, value: String(value) })
}

const escaped = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1")
