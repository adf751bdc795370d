// The words of an expression text, as engine/core/expression/lex.py cuts it.

export interface Token {
  kind: "number" | "string" | "member" | "name" | "keyword" | "op" | "end" | "bad"
  value: string
}

const TOKENS =
  /(?<space>[ \t\r\n\u3000\u00a0]+|#[^\n]*)|(?<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)|(?<string>[rsdt]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))|(?<member>\.[\p{L}_][\p{L}\p{N}_]*)|(?<name>\$?[a-zA-Z_][a-zA-Z0-9_]*)|(?<op>=~~|!~~|=~|!~|==|!=|<=|>=|\/\/|\?\?|[<>+\-*/%&|^?:,()[\]{}])/uy
const KEYWORDS = new Set(["true", "false", "null", "and", "or", "not", "in", "for", "if"])

export function tokensOf(source: string): Token[] {
  const found: Token[] = []
  TOKENS.lastIndex = 0
  while (TOKENS.lastIndex < source.length) {
    const at = TOKENS.lastIndex
    const match = TOKENS.exec(source)
    if (!match?.groups) {
      found.push({ kind: "bad", value: source.slice(at) })
      break
    }
    const kind = Object.keys(match.groups).find((name) => match.groups?.[name] !== undefined)
    const value = match[0]
    if (kind === "space") continue
    if (kind === "name" && KEYWORDS.has(value)) found.push({ kind: "keyword", value })
    else found.push({ kind: (kind ?? "bad") as Token["kind"], value })
  }
  found.push({ kind: "end", value: "" })
  return found
}

const SIMPLE: { [sign: string]: string } = {
  n: "\n",
  r: "\r",
  t: "\t",
  "\\": "\\",
  '"': '"',
  "'": "'",
}

/** What a quoted text says; null when it is none or has an escape rows do not keep. */
export function unquote(written: string): string | null {
  if (!/^["']/.test(written)) return null
  let odd = false
  const text = written.slice(1, -1).replace(/\\(.)/g, (_, sign: string) => {
    if (!(sign in SIMPLE)) odd = true
    return SIMPLE[sign] ?? sign
  })
  return odd ? null : text
}
