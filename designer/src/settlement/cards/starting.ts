import type { Card, Rule } from "@/api/types"
import { type Kind, modelOf } from "./models"

export interface Starting {
  key: string
  name: string
  /** Whose accounts. */
  role: string
  direction: "pay" | "charge"
  kind: Kind
  /** The first figure of that kind: percent, or an amount. */
  figure: string
  moment: "paid" | "delivered" | "after_sales" | "platform_settled"
  days: number
  period: "order" | "week" | "half_month" | "month" | "quarter"
}

/** The smallest card that says all one must know. */
export function startingCard(given: Starting, currency = "CNY"): Card {
  const model: Record<string, unknown> = { ...modelOf(given.kind) }
  if (given.kind === "graduated" || given.kind === "volume")
    model.tiers = [
      { from: "0", percent: "0" },
      { from: "500000", percent: given.figure },
    ]
  else if (given.kind !== "chain")
    model[given.kind === "percentage" ? "percent" : "amount"] = given.figure
  return {
    format: "jimu.rate_card/1",
    key: given.key,
    name: given.name,
    currency,
    terms: [
      {
        key: "main",
        name: given.name,
        party: { role: given.role },
        direction: given.direction,
        moment: {
          when: given.moment,
          ...(given.moment === "after_sales" && { days: given.days }),
        },
        period: given.period,
        // A chain is reckoned on each order by itself.
        ...(given.kind === "chain" && { window: "order" }),
      },
    ],
    rules: [
      { id: "standard", name: given.name, term: "main", model: model as unknown as Rule["model"] },
    ],
  }
}

/** A card like another one, under its own key and name. */
export function copyOf(document: Card, key: string, name: string): Card {
  return { ...document, key, name }
}
