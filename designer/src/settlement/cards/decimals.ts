/** Exact figures as texts: what a float would lose is money. */

interface Whole {
  value: bigint
  places: number
}

const FIGURE = /^(-?)(\d+)(?:\.(\d+))?$/

function read(text: string): Whole | null {
  const found = FIGURE.exec(text.trim())
  if (!found) return null
  const [, sign = "", front = "0", behind = ""] = found
  return { value: BigInt(`${sign}${front}${behind}`), places: behind.length }
}

function write({ value, places }: Whole): string {
  const size = (value < 0n ? -value : value).toString().padStart(places + 1, "0")
  const front = size.slice(0, size.length - places)
  const behind = size.slice(size.length - places).replace(/0+$/, "")
  return `${value < 0n ? "-" : ""}${front}${places > 0 && behind ? `.${behind}` : ""}`
}

function level(one: Whole, other: Whole): [bigint, bigint, number] {
  const places = Math.max(one.places, other.places)
  const up = (each: Whole) => each.value * 10n ** BigInt(places - each.places)
  return [up(one), up(other), places]
}

export function isFigure(text: unknown): text is string {
  return typeof text === "string" && read(text) !== null
}

/** a + b; a where b is no figure. */
export function plus(a: string, b: string): string {
  const [one, other] = [read(a), read(b)]
  if (!one || !other) return a
  const [left, right, places] = level(one, other)
  return write({ value: left + right, places })
}

export function minus(a: string, b: string): string {
  return plus(a, b.startsWith("-") ? b.slice(1) : `-${b}`)
}

export function times(a: string, b: string): string {
  const [one, other] = [read(a), read(b)]
  if (!one || !other) return a
  return write({ value: one.value * other.value, places: one.places + other.places })
}

/** Below zero, zero or above it, as a sort wants it. */
export function compare(a: string, b: string): number {
  const [one, other] = [read(a), read(b)]
  if (!one || !other) return 0
  const [left, right] = level(one, other)
  return left < right ? -1 : left > right ? 1 : 0
}

/** "500000.00" -> "500,000": thousands, and no zeros at the end. */
export function grouped(text: string): string {
  const found = read(text)
  if (!found) return text
  const [front = "", behind] = write(found).split(".")
  const many = front.replace(/\B(?=(\d{3})+(?!\d))/g, ",")
  return behind ? `${many}.${behind}` : many
}
