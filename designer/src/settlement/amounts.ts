/** Amounts as exact texts: nothing here goes through a float. */

const SCALE = 4
const UNIT = 10n ** BigInt(SCALE)

/** "128.50" → 1285000n. Money has four decimals at most. */
function fineOf(amount: string): bigint {
  const [whole = "0", part = ""] = amount.replace("-", "").split(".")
  const fine = BigInt(whole || "0") * UNIT + BigInt(part.padEnd(SCALE, "0").slice(0, SCALE))
  return amount.startsWith("-") ? -fine : fine
}

function textOf(fine: bigint, decimals: number): string {
  const size = fine < 0n ? -fine : fine
  const part = String(size % UNIT)
    .padStart(SCALE, "0")
    .slice(0, decimals)
  return `${fine < 0n ? "-" : ""}${size / UNIT}${decimals > 0 ? `.${part}` : ""}`
}

/** How many decimals a currency has: CNY 2, JPY 0. */
export function decimalsOf(currency: string): number {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency })
    return format.resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    return 2
  }
}

/** The sum of amounts of one currency. */
export function sumOf(amounts: readonly string[], currency = "CNY"): string {
  return textOf(
    amounts.reduce((sum, amount) => sum + fineOf(amount), 0n),
    decimalsOf(currency),
  )
}

/** The amount with its sign turned. */
export function negated(amount: string): string {
  if (!/[1-9]/.test(amount)) return amount
  return amount.startsWith("-") ? amount.slice(1) : `-${amount}`
}

/** Minor units as an exact text in major units: 15000 → "150.00". */
export function majorOf(minor: number, currency: string): string {
  const decimals = decimalsOf(currency)
  return textOf((BigInt(Math.trunc(minor)) * UNIT) / 10n ** BigInt(decimals), decimals)
}

/** How much of a limit is used, in percent; a limit of nothing is used up. */
export function percentOf(used: string, limit: string): number {
  const whole = fineOf(limit)
  if (whole <= 0n) return fineOf(used) > 0n ? 100 : 0
  return Number((fineOf(used) * 10_000n) / whole) / 100
}

/** An entry as its party sees it: what goes to it is above zero. */
export function asSeenBy(party: string, entry: { to_account: string; amount: string }): string {
  return entry.to_account === party ? entry.amount : negated(entry.amount)
}
