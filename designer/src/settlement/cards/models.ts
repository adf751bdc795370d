import type { Rule } from "@/api/types"
import type { Layer } from "./layers"

export const KINDS = [
  "percentage",
  "graduated",
  "volume",
  "per_unit",
  "flat",
  "package",
  "blocks",
  "chain",
] as const
export type Kind = (typeof KINDS)[number]
export type Model = NonNullable<Rule["model"]>

const FRESH: Record<Kind, Record<string, unknown>> = {
  percentage: { percent: "0" },
  graduated: { tiers: [{ from: "0", percent: "0" }] },
  volume: { tiers: [{ from: "0", percent: "0" }] },
  per_unit: { amount: "0" },
  flat: { amount: "0" },
  package: { size: "1", amount: "0" },
  blocks: { size: "1000", amount: "0" },
  chain: {
    levels: [
      { key: "promoter", percent: "10" },
      { key: "agency", percent: "10", mode: "carved_out" },
    ],
  },
}
const SHARED = ["minimum", "maximum", "guarantee", "coefficient"] as const

/** A model of another kind; what both kinds have is kept, tiers among it. */
export function modelOf(kind: Kind, before?: Model | null): Model {
  const fresh: Record<string, unknown> = { kind, ...FRESH[kind] }
  const old: Record<string, unknown> = { ...before }
  for (const name of [...SHARED, ...Object.keys(FRESH[kind])])
    if (old[name] !== undefined) fresh[name] = old[name]
  if ("tiers" in FRESH[kind] && (old.by === "amount" || old.by === "count")) fresh.by = old.by
  return fresh as unknown as Model
}

/** A rule in another layer: a campaign goes with its layer, and the base has nothing to add to. */
export function inLayer(rule: Rule, layer: Layer, campaign: string | undefined): Rule {
  const { campaign: _, ...rest } = rule
  const made: Rule = { ...rest, layer }
  if (layer === "campaign" && campaign) made.campaign = rule.campaign ?? campaign
  return layer === "base" ? withOp(made, "replace") : made
}

export function withOp(rule: Rule, op: "replace" | "add" | "multiply"): Rule {
  if ((rule.op ?? "replace") === op) return rule
  const { model, by, ...rest } = rule
  if (op === "replace") return { ...rest, op, model: model ?? modelOf("percentage") }
  return { ...rest, op, by: by ?? (op === "add" ? "1" : "1.2") }
}
