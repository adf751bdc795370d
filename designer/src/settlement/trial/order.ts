import type { Dayjs } from "dayjs"

/** What one tries with: plain figures, as somebody types them. */
export interface Figures {
  amount: string
  quantity: number
  paidAt: Dayjs
  platform: string
  shop: string
  channel: string
  store: string
  product: string
  category: string
  kind: string
  status: "paid" | "delivered" | "completed"
  campaign: string
  adjustments: { type: string; amount: string; bearer: string }[]
  fees: { type: string; amount: string }[]
  tags: string[]
  level: string
}

/** A canonical order of one line from figures; what was left empty is left out. */
export function orderOf(figures: Figures, currency: string): Record<string, unknown> {
  const at = figures.paidAt.toISOString()
  const isDelivered = figures.status !== "paid"
  return given({
    platform: figures.platform || "own",
    shop: figures.shop || "1",
    external_id: "trial",
    status: figures.status,
    kind: figures.kind === "normal" ? "" : figures.kind,
    currency,
    amount: figures.amount,
    created_at: at,
    paid_at: at,
    delivered_at: isDelivered ? at : "",
    completed_at: figures.status === "completed" ? at : "",
    channel: figures.channel,
    store: figures.store,
    campaign: figures.campaign,
    lines: [
      given({
        id: "1",
        name: figures.product || "—",
        outer_id: figures.product,
        category: figures.category,
        quantity: figures.quantity,
        amount: figures.amount,
      }),
    ],
    adjustments: figures.adjustments.filter((one) => one.amount),
    fees: figures.fees.filter((one) => one.amount),
  })
}

export function customerOf(figures: Figures): Record<string, unknown> | undefined {
  if (figures.tags.length === 0 && !figures.level) return undefined
  return given({ tags: figures.tags, level: figures.level })
}

function given(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).filter(
      ([, value]) => value !== "" && !(Array.isArray(value) && value.length === 0),
    ),
  )
}

/** The roles whose accounts the terms keep: for each a party is chosen. */
export function rolesOf(document: {
  terms: readonly { party: object; bearer?: object }[]
}): string[] {
  const roles = document.terms.flatMap((term) =>
    [term.party, term.bearer ?? {}].map((source) => (source as { role?: string }).role),
  )
  return [...new Set(roles.filter((role): role is string => Boolean(role) && role !== "brand"))]
}
