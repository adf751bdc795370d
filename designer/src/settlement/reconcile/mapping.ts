import type { BillColumn } from "@/api/types"

export interface BillMapping {
  order: string
  fee: string
  amount: string
  day: string
  ref: string
  fees: Record<string, string>
  sign: 1 | -1
}

export const PARTS = ["order", "fee", "amount", "day"] as const
export const FEES = [
  "goods",
  "platform_commission",
  "payment_fee",
  "creator_commission",
  "leader_commission",
  "agency_commission",
  "compensation",
  "freight_insurance",
  "other",
] as const

// What platforms call these columns in their bills.
const COLUMNS: Record<(typeof PARTS)[number] | "ref", RegExp> = {
  order: /订单(号|编号|id)|order/i,
  fee: /费用|业务类型|科目|收支类型|款项|账务类型|fee|type/i,
  amount: /金额|amount/i,
  day: /日期|时间|date|time|day/i,
  ref: /流水|凭证|单据|ref|serial/i,
}
// And these fees; what none of them says stays to be chosen.
const WORDS: readonly [RegExp, (typeof FEES)[number]][] = [
  [/团长|leader/i, "leader_commission"],
  [/机构|mcn|agency/i, "agency_commission"],
  [/达人|佣金|creator|promoter/i, "creator_commission"],
  [/技术服务|扣点|平台服务|软件服务|platform/i, "platform_commission"],
  [/手续费|支付|payment/i, "payment_fee"],
  [/赔付|赔偿|compensation/i, "compensation"],
  [/运费险|freight/i, "freight_insurance"],
  [/货款|订单款|销售|结算款|goods|order/i, "goods"],
]

/** A first guess by the names of the columns; each is taken once, the clearest part first. */
export function guessMapping(columns: readonly BillColumn[]): BillMapping {
  const free = columns.map((column) => column.name)
  const take = (part: keyof typeof COLUMNS) => {
    const at = free.findIndex((name) => COLUMNS[part].test(name))
    return at < 0 ? "" : (free.splice(at, 1)[0] ?? "")
  }
  const [ref, order, day, amount, fee] = [
    take("ref"),
    take("order"),
    take("day"),
    take("amount"),
    take("fee"),
  ]
  return { order, fee, amount, day, ref, fees: guessFees(wordsOf(columns, fee)), sign: 1 }
}

export function guessFees(words: readonly string[]): Record<string, string> {
  const known = words.flatMap((word) => {
    const fee = WORDS.find(([pattern]) => pattern.test(word))?.[1]
    return fee ? [[word, fee] as const] : []
  })
  return Object.fromEntries(known)
}

/** The platform's words in a column. */
export function wordsOf(columns: readonly BillColumn[], name: string): string[] {
  return columns.find((column) => column.name === name)?.words ?? []
}

/** What is still to be said before the bill can be read. */
export function missingIn(mapping: BillMapping): string[] {
  const parts: string[] = PARTS.filter((part) => !mapping[part])
  return Object.keys(mapping.fees).length === 0 ? [...parts, "fees"] : parts
}

const KEPT = "jimu.bill."

/** How this platform's last bill was read in this browser, where its columns are the same. */
export function keptMapping(
  platform: string,
  columns: readonly BillColumn[],
): BillMapping | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT + platform) ?? "null") as BillMapping | null
    if (!kept) return undefined
    const names = columns.map((column) => column.name)
    if (!PARTS.every((part) => names.includes(kept[part]))) return undefined
    return { ...kept, fees: { ...guessFees(wordsOf(columns, kept.fee)), ...kept.fees } }
  } catch {
    return undefined
  }
}

export function keepMapping(platform: string, mapping: BillMapping): void {
  localStorage.setItem(KEPT + platform, JSON.stringify(mapping))
}
