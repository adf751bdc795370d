// Expression text -> condition rows, where rows can say it; null where they cannot and the text is
// the form to edit. What the engine's own way back (rules.py `text_to_rows`) gives is the measure.

import { type Entry, entriesOf, type Group, isGroup, type Kind, type Row, type Value } from "./rows"
import { type Token, tokensOf, unquote } from "./tokens"
import { rowsToText } from "./write"

const OPS: { [sign: string]: string } = {
  "==": "eq",
  "!=": "ne",
  ">": "gt",
  ">=": "ge",
  "<": "lt",
  "<=": "le",
}
const TIMED: { [op: string]: string } = { lt: "before", gt: "after" }

class Beyond extends Error {}

/** The rows of a text; null when rows cannot say it, or when it cannot be read. */
export function textToRows(source: string): Group | null {
  try {
    const reader = new Reader(tokensOf(source))
    const found = reader.or()
    reader.end()
    if (found === "true") return { all: [] }
    if (found === null || typeof found === "string") return null
    const rows = isGroup(found) ? found : { all: [found] }
    return sameText(rows, source) ? rows : null
  } catch (error) {
    if (error instanceof Beyond) return null
    throw error
  }
}

/** Whether the rows say exactly what the text said, brackets and spaces aside. */
function sameText(rows: Group, source: string): boolean {
  const shape = (text: string) =>
    tokensOf(text)
      .filter((token) => token.value !== "(" && token.value !== ")")
      .map((token) =>
        token.kind === "string" ? (unquote(token.value) ?? token.value) : token.value,
      )
      .join(" ")
  return shape(rowsToText(rows)).replace(/'/g, '"') === shape(source).replace(/'/g, '"')
}

type Operand =
  | { is: "field"; field: string }
  | { is: "value"; value: Value; kind: Kind }
  | { is: "list"; values: Value[]; kind: Kind }
  | { is: "ago"; duration: string }
  | { is: "entry"; entry: Entry }

class Reader {
  private index = 0

  constructor(private readonly tokens: Token[]) {}

  private get token(): Token {
    return this.tokens[this.index] ?? { kind: "end", value: "" }
  }

  private take(value?: string): Token {
    const token = this.token
    if (value !== undefined && token.value !== value) throw new Beyond()
    this.index += 1
    return token
  }

  private sees(...values: string[]): boolean {
    return this.token.kind !== "string" && values.includes(this.token.value)
  }

  end(): void {
    if (this.token.kind !== "end") throw new Beyond()
  }

  or(): Entry | "true" {
    return this.several("or", "any", () => this.and())
  }

  private and(): Entry | "true" {
    return this.several("and", "all", () => this.not())
  }

  private several(word: string, op: "any" | "all", read: () => Entry | "true"): Entry | "true" {
    const first = read()
    if (!this.sees(word)) return first
    const entries: Entry[] = [entry(first)]
    while (this.sees(word)) {
      this.take()
      entries.push(entry(read()))
    }
    return op === "any" ? { any: entries } : { all: entries }
  }

  private not(): Entry | "true" {
    if (!this.sees("not")) return this.compare()
    this.take()
    const found = entry(this.not())
    const other = { within_last: "not_within_last", is_empty: "is_not_empty" }
    const negated = isGroup(found) ? undefined : other[found.op as keyof typeof other]
    if (isGroup(found) || negated === undefined) throw new Beyond()
    return { ...found, op: negated }
  }

  private compare(): Entry | "true" {
    const left = this.operand()
    if (left.is === "entry") return left.entry
    const negated = this.sees("not") && this.tokens[this.index + 1]?.value === "in"
    if (negated) this.take()
    if (this.sees("in")) {
      this.take()
      return contained(left, this.operand(), negated)
    }
    if (this.sees("=~~")) {
      this.take()
      const right = this.operand()
      if (left.is !== "field" || right.is !== "value" || right.kind !== "text") throw new Beyond()
      return { field: left.field, op: "matches", value: right.value }
    }
    const op = OPS[this.token.value]
    if (op === undefined || this.token.kind === "string") {
      if (left.is === "value" && left.value === true) return "true"
      throw new Beyond()
    }
    this.take()
    return compared(left, op, this.operand())
  }

  private operand(): Operand {
    if (this.sees("(")) {
      this.take()
      const found = entry(this.or())
      this.take(")")
      return { is: "entry", entry: between(found) ?? found }
    }
    if (this.sees("[")) return this.list()
    if (this.token.kind === "name") return this.path()
    return this.literal()
  }

  private list(): Operand {
    this.take("[")
    const found: Operand[] = []
    while (!this.sees("]")) {
      found.push(this.literal())
      if (!this.sees("]")) this.take(",")
    }
    this.take("]")
    const values = found.flatMap((one) => (one.is === "value" ? [one] : []))
    const kinds = new Set(values.map((one) => one.kind))
    const [kind] = kinds
    if (kinds.size !== 1 || (kind !== "number" && kind !== "text")) throw new Beyond()
    return { is: "list", values: values.map((one) => one.value), kind }
  }

  private literal(): Operand {
    const minus = this.sees("-")
    if (minus) this.take()
    const { kind, value } = this.take()
    if (kind === "number" && /^[\d.]+$/.test(value)) {
      return { is: "value", value: minus ? `-${value}` : value, kind: "number" }
    }
    if (minus) throw new Beyond()
    if (kind === "keyword" && (value === "true" || value === "false")) {
      return { is: "value", value: value === "true", kind: "boolean" }
    }
    if (kind === "string" && value.startsWith("d")) {
      return { is: "value", value: value.slice(2, -1), kind: "time" }
    }
    const text = kind === "string" ? unquote(value) : null
    if (text === null) throw new Beyond()
    return { is: "value", value: text, kind: "text" }
  }

  private path(): Operand {
    let field = this.take().value
    if (field === "$now") {
      this.take("-")
      const { value } = this.take()
      if (!/^t["']/.test(value)) throw new Beyond()
      return { is: "ago", duration: value.slice(2, -1) }
    }
    if (field.startsWith("$")) throw new Beyond()
    for (;;) {
      if (this.token.kind === "member") {
        const name = this.take().value
        if (name === ".is_empty") return { is: "entry", entry: { field, op: "is_empty" } }
        if ((name === ".starts_with" || name === ".ends_with") && this.sees("(")) {
          this.take("(")
          const found = this.literal()
          this.take(")")
          if (found.is !== "value" || found.kind !== "text") throw new Beyond()
          return { is: "entry", entry: { field, op: name.slice(1), value: found.value } }
        }
        if (this.sees("(")) throw new Beyond()
        field += name
      } else if (this.sees("[")) {
        this.take("[")
        const { kind, value } = this.take()
        if (kind !== "string" || unquote(value) === null) throw new Beyond()
        field += `[${value}]`
        this.take("]")
      } else {
        return { is: "field", field }
      }
    }
  }
}

function entry(found: Entry | "true"): Entry {
  if (found === "true") throw new Beyond()
  return found
}

function compared(left: Operand, op: string, right: Operand): Row {
  if (left.is !== "field") throw new Beyond()
  const { field } = left
  if (right.is === "field") return { field, op, value: { field: right.field } }
  if (right.is === "ago" && op === "ge") return { field, op: "within_last", value: right.duration }
  if (right.is !== "value") throw new Beyond()
  const named = right.kind === "time" ? (TIMED[op] ?? op) : op
  return { field, op: named, value: right.value, kind: right.kind }
}

function contained(left: Operand, right: Operand, negated: boolean): Row {
  if (left.is === "field" && right.is === "list") {
    const op = negated ? "not_in" : "in"
    return { field: left.field, op, value: right.values, kind: right.kind }
  }
  if (left.is === "value" && left.kind === "text" && right.is === "field") {
    return { field: right.field, op: negated ? "not_contains" : "contains", value: left.value }
  }
  throw new Beyond()
}

/** Two edges of one field in their own brackets are one row. */
function between(found: Entry): Row | null {
  if (!isGroup(found) || !("all" in found) || found.all.length !== 2) return null
  const [low, high] = entriesOf(found)
  if (!low || !high || isGroup(low) || isGroup(high)) return null
  if (low.op !== "ge" || high.op !== "le" || low.field !== high.field) return null
  if (low.kind !== high.kind || (low.kind !== "number" && low.kind !== "time")) return null
  return { ...low, op: "between", value: [low.value as Value, high.value as Value] }
}
