import type { Match, Rule } from "@/api/types"
import { compare, isFigure, plus, times } from "./decimals"

export const LAYERS = ["base", "channel", "campaign"] as const
export type Layer = (typeof LAYERS)[number]

export const layerOf = (rule: Rule): Layer => rule.layer ?? "base"
const depthOf = (rule: Rule) => LAYERS.indexOf(layerOf(rule))

/** Rules one upon the other: the lowest brings the model, those above change it. */
export type Chain = readonly Rule[]

/** Every chain that ends with this rule; one that replaces needs nothing below. */
export function chainsOf(rules: readonly Rule[], rule: Rule): Chain[] {
  if ((rule.op ?? "replace") === "replace") return [[rule]]
  return rules
    .filter(
      (other) =>
        other.term === rule.term &&
        depthOf(other) < depthOf(rule) &&
        canMeet(other.match ?? {}, rule.match ?? {}),
    )
    .flatMap((other) => chainsOf(rules, other))
    .map((chain) => [...chain, rule])
}

/** Whether some order could fit both: no fact is asked to have two values at once. */
function canMeet(one: Match, other: Match): boolean {
  return Object.entries(one).every(([name, left]) => {
    const right = other[name as keyof Match]
    if (!left?.length || !right?.length || name === "customer_tag") return true
    if (name === "category")
      return left.some((a) => right.some((b) => isUnder(a, b) || isUnder(b, a)))
    return left.some((value) => right.includes(value))
  })
}

const isUnder = (category: string, path: string) =>
  category === path || category.startsWith(`${path}/`)

export interface Step {
  op: "replace" | "add" | "multiply"
  figure: string
}

/** The figures of a chain whose model is one rate; null for tiers and the like. */
export function stepsOf(chain: Chain): { steps: Step[]; isPercent: boolean } | null {
  const model = chain[0]?.model
  const first =
    model?.kind === "percentage" ? model.percent : model?.kind === "per_unit" ? model.amount : null
  if (!isFigure(first)) return null
  const steps: Step[] = [{ op: "replace", figure: first }]
  for (const rule of chain.slice(1)) {
    if (!isFigure(rule.by)) return null
    steps.push({ op: rule.op === "multiply" ? "multiply" : "add", figure: rule.by })
  }
  return { steps, isPercent: model?.kind === "percentage" }
}

/** The sum written out: 12% + 3 个百分点 = 15%. `points` is what a language calls them. */
export function saySteps(steps: readonly Step[], isPercent: boolean, points: string): string {
  const unit = isPercent ? "%" : ""
  let value = "0"
  let said = ""
  let isSum = false
  for (const { op, figure } of steps) {
    if (op === "replace") {
      value = figure
      said = `${trimmed(figure)}${unit}`
    } else if (op === "add") {
      value = plus(value, figure)
      const isLess = compare(figure, "0") < 0
      said += ` ${isLess ? "−" : "+"} ${trimmed(isLess ? figure.slice(1) : figure)}${isPercent ? points : ""}`
      isSum = true
    } else {
      value = times(value, figure)
      // A product takes the whole sum before it.
      said = `${isSum ? `(${said})` : said} × ${trimmed(figure)}`
      isSum = false
    }
  }
  return steps.length > 1 ? `${said} = ${trimmed(value)}${unit}` : said
}

const trimmed = (figure: string) => plus(figure, "0")
