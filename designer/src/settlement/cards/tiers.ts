import type { Tier } from "@/api/types"
import { compare, minus, plus } from "./decimals"

/** A further tier above the last one, as far above it as that is above the one before. */
export function addTier(tiers: readonly Tier[]): Tier[] {
  const last = tiers.at(-1)
  const before = tiers.at(-2)
  if (!last) return [{ from: "0", percent: "0" }]
  const step = before ? minus(last.from, before.from) : "100000"
  const { to: _, ...copied } = last
  const from = plus(last.from, compare(step, "0") > 0 ? step : "100000")
  return [...tiers.map(open), { ...copied, from, reach: last.reach ?? "at" }]
}

export function removeTier(tiers: readonly Tier[], index: number): Tier[] {
  return tiers.filter((_, each) => each !== index).map(open)
}

/** Another figure in one tier; an emptied one goes. */
export function setTier(tiers: readonly Tier[], index: number, change: Partial<Tier>): Tier[] {
  return tiers.map((tier, each) => {
    if (each !== index) return "from" in change || "reach" in change ? open(tier) : tier
    const made = { ...("from" in change || "reach" in change ? open(tier) : tier), ...change }
    return Object.fromEntries(
      Object.entries(made).filter(([, value]) => value !== undefined && value !== ""),
    ) as unknown as Tier
  })
}

/** From the lowest edge up; a first tier that does not begin at nothing stays as it is. */
export function sorted(tiers: readonly Tier[]): Tier[] {
  return [...tiers].sort((a, b) => compare(a.from, b.from)).map(open)
}

/** What a tier spans: its own edge, and the next tier's, which it does not reach. */
export function spanOf(tiers: readonly Tier[], index: number) {
  const tier = tiers[index]
  const next = tiers[index + 1]
  return {
    from: tier?.from ?? "0",
    isOver: tier?.reach === "over",
    until: next?.from,
    /** Whether the end itself still belongs to this tier. */
    isUntilIn: next?.reach === "over",
  }
}

// `to` only repeats the next tier's edge; after an edge moved it would be a gap.
function open(tier: Tier): Tier {
  const { to: _, ...rest } = tier
  return rest
}

/** What a total comes to, as a float: for a picture, never for money. */
export function worthAt(
  tiers: readonly Tier[],
  kind: "graduated" | "volume",
  total: number,
): number {
  const edges = tiers.map((tier) => Number(tier.from))
  const reached = (index: number) => {
    const edge = edges[index] ?? 0
    return index === 0 || (tiers[index]?.reach === "over" ? total > edge : total >= edge)
  }
  const rate = (index: number) => Number(tiers[index]?.percent ?? 0) / 100
  const flat = (index: number) => Number(tiers[index]?.flat ?? 0)
  const last = tiers.findLastIndex((_, index) => reached(index))
  if (kind === "volume") return total * rate(last) + flat(last)
  return tiers.slice(0, last + 1).reduce((sum, _, index) => {
    const end = index === last ? total : (edges[index + 1] ?? total)
    return sum + Math.max(0, end - (edges[index] ?? 0)) * rate(index) + flat(index)
  }, 0)
}
