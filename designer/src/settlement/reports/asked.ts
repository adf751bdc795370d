// What a report is asked for: by which kind, over which range, filtered by what. All of it stands in
// the address.

import { useFilter } from "@/ui/address"
import { askedOf } from "./range"

export const BY = [
  "channel",
  "shop",
  "party",
  "tier",
  "campaign",
  "service",
  "platform",
  "category",
] as const
export type By = (typeof BY)[number]
export const FILTERS = ["channel", "platform", "shop", "campaign", "service", "category"] as const
export type Filter = (typeof FILTERS)[number]
export const OWNERS = ["direct", "franchise"] as const
type Owner = (typeof OWNERS)[number]

/** Range and filters as the address has them. */
export function useReportQuery() {
  const [month] = useFilter("month")
  const [since] = useFilter("since")
  const [until] = useFilter("until")
  return { ...askedOf(month, since, until), ...useChosen() }
}

/** The filters alone. */
export function useChosen(): Partial<Record<Filter | "rule", string>> & { owner?: Owner } {
  const [channel] = useFilter("channel")
  const [platform] = useFilter("platform")
  const [shop] = useFilter("shop")
  const [campaign] = useFilter("campaign")
  const [service] = useFilter("service")
  const [category] = useFilter("category")
  const [owner] = useFilter("owner")
  const [rule] = useFilter("rule")
  const all = { channel, platform, shop, campaign, service, category, owner, rule }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value))
}
