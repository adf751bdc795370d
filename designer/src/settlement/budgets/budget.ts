import type { BudgetBody, BudgetShown } from "@/api/types"
import { majorOf, percentOf } from "../amounts"

export const COVERS = ["campaign", "party", "term", "period", "platform", "shop"] as const
export type Cover = (typeof COVERS)[number]

/** The stored document, which is what `put_budget` took. */
export function documentOf(budget: BudgetShown): BudgetBody {
  const { name, limit, ...rest } = budget.document
  return { name: String(name ?? ""), limit: String(limit ?? "0"), ...rest }
}

export function isMoney(document: BudgetBody): boolean {
  return (document.unit ?? "money") === "money"
}

/** What is used, in the unit of the limit. */
export function usedOf(budget: BudgetShown): string {
  const document = documentOf(budget)
  return isMoney(document) ? majorOf(budget.used, document.currency ?? "CNY") : String(budget.used)
}

export type Nearness = "far" | "near" | "over"

/** How full it is, in percent, and whether that is worth a colour. */
export function fillOf(budget: BudgetShown): { percent: number; nearness: Nearness } {
  const document = documentOf(budget)
  const percent = percentOf(usedOf(budget), document.limit)
  if (percent >= 100) return { percent, nearness: "over" }
  return { percent, nearness: percent >= Number(document.warn_at ?? 80) ? "near" : "far" }
}

/** What it is counted for, as [what, value] pairs. */
export function coversOf(document: BudgetBody): [Cover, string][] {
  return COVERS.flatMap((name) => {
    const value = document.covers?.[name]
    return value ? [[name, value] as [Cover, string]] : []
  })
}
