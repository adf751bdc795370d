/** One column of a file and the field of an order it fills. */
export interface ColumnOf {
  to: string
  column: string
  join?: "first" | "sum"
}

export function columnsOf(mapping: { columns?: ColumnOf[] } | null | undefined): ColumnOf[] {
  return mapping?.columns ?? []
}

/** The fields one column fills: a phone may be the receiver's and the customer's. */
export function targetsOf(columns: readonly ColumnOf[], column: string): string[] {
  return columns.filter((each) => each.column === column).map((each) => each.to)
}

/** The columns once this one fills these fields; a field has one column, so another one loses it. */
export function withTargets(
  columns: readonly ColumnOf[],
  column: string,
  targets: readonly string[],
): ColumnOf[] {
  const kept = columns.filter((each) =>
    each.column === column ? targets.includes(each.to) : !targets.includes(each.to),
  )
  const own = new Set(kept.filter((each) => each.column === column).map((each) => each.to))
  const fresh = targets.filter((to) => !own.has(to) && to.trim() !== "")
  return [...kept, ...fresh.map((to): ColumnOf => ({ to: to.trim(), column, join: "first" }))]
}

/** Amounts of a whole order may be written row by row; those of a line are the line's own. */
export function canBeSummed(to: string): boolean {
  return (
    to === "amount" ||
    (to.endsWith("_amount") && !to.startsWith("line.")) ||
    /^(adjustment|fee)\./.test(to)
  )
}
