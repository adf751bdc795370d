// What can be written next in an expression: names of the scope, functions, members.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete"
import type { Language, Schema } from "@/flow/catalog"
import { kindOf } from "@/flow/conditions/rows"
import { plainTitle } from "@/flow/conditions/say"
import { schemaAt } from "@/flow/scope"
import { matchOf } from "@/flow/search"

export interface Offer {
  scope: Schema | undefined
  language: Language | undefined
}

export function completionsFor(
  context: CompletionContext,
  { offer, isTemplate }: { offer: Offer; isTemplate: boolean },
): CompletionResult | null {
  const before = context.state.sliceDoc(0, context.pos)
  if (isTemplate && !insideHole(before)) return null
  const word = /[\p{L}\p{N}_$.]*$/u.exec(before)?.[0] ?? ""
  if (word === "" && !context.explicit && !/\{\{\s*$/.test(before)) return null
  const dot = word.lastIndexOf(".")
  const [path, typed] = dot < 0 ? ["", word] : [word.slice(0, dot), word.slice(dot + 1)]
  const options = offered(path, offer).filter(
    (one) =>
      typed === "" || Math.max(matchOf(typed, one.label), matchOf(typed, one.detail ?? "")) > 0,
  )
  return options.length === 0
    ? null
    : { from: context.pos - typed.length, options, filter: false, validFor: () => false }
}

function insideHole(before: string): boolean {
  return before.lastIndexOf("{{") > before.lastIndexOf("}}")
}

/** Everything that may follow a path ("" at the beginning of a word). */
export function offered(path: string, { scope, language }: Offer): Completion[] {
  if (path === "") {
    return [
      ...names(scope),
      ...(language?.values ?? []).map((one) => ({ label: one.name, type: "constant" })),
      ...(language?.functions ?? []).map((one) => ({
        label: one.name,
        type: "function",
        apply: `${one.name}(`,
      })),
      ...(language?.keywords ?? []).map((label) => ({ label, type: "keyword" })),
    ]
  }
  const schema = schemaAt(scope, path)
  const kind = kindOf(schema)
  const members = kind ? (language?.members[kind === "tag" ? "list" : kind] ?? []) : []
  return [
    ...names(schema),
    ...members.map((one) => ({ label: one.name, type: one.arguments ? "function" : "property" })),
  ]
}

const names = (schema: Schema | undefined): Completion[] =>
  Object.entries(schema?.properties ?? {}).map(([name, inner]) => ({
    label: name,
    detail: plainTitle(inner.title, name),
    type: "variable",
  }))
