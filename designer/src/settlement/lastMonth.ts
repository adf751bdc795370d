/** The key of the month before this one: "2026-10". */
export function lastMonth(now = new Date()): string {
  const month = new Date(now.getFullYear(), now.getMonth() - 1, 1)
  return `${month.getFullYear()}-${String(month.getMonth() + 1).padStart(2, "0")}`
}

export function thisMonth(now = new Date()): string {
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}`
}
