import { isRecord } from "../cards/pointer"

/** What a contract holds back: kept among a party's own fields, shown as fields of their own. */
export interface Agreed {
  percent?: string | null
  days?: number | null
  most?: string | null
  /** Below this nothing is paid out; it is carried forward. */
  least?: string | null
}

export function agreedIn(fields: Record<string, unknown>): Agreed {
  const retention = isRecord(fields.retention) ? fields.retention : {}
  const text = (value: unknown) =>
    value === undefined || value === null || value === "" ? null : String(value)
  return {
    percent: text(retention.percent),
    days: retention.days === undefined ? null : Number(retention.days),
    most: text(retention.most),
    least: text(fields.least_payout),
  }
}

/** The other own fields with these beside them; what is empty is not agreed. */
export function withAgreed(
  fields: Record<string, unknown>,
  { percent, days, most, least }: Agreed,
): Record<string, unknown> {
  const { retention: _, least_payout: __, ...rest } = fields
  return {
    ...rest,
    ...(percent && { retention: { percent, days: days ?? 0, ...(most && { most }) } }),
    ...(least && { least_payout: least }),
  }
}
