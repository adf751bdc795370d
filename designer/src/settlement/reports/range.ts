/** Which days a report is about: a month, or any range of at most a year. */
export interface Asked {
  month?: string
  since?: string
  until?: string
}

const MONTH = /^(19|20|21)\d{2}-(0[1-9]|1[0-2])$/
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** What the address says; this month where it says nothing that holds. */
export function askedOf(month: string, since: string, until: string, now = new Date()): Asked {
  if (DAY.test(since) && DAY.test(until)) return { since, until }
  if (MONTH.test(month)) return { month }
  return { month: `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}` }
}

/** The months up to one, the oldest first: "2026-02" and two → 2026-01, 2026-02. */
export function monthsUpTo(month: string, many: number): string[] {
  const [year = 2000, number = 1] = month.split("-").map(Number)
  return Array.from({ length: many }, (_, index) => {
    const at = new Date(Date.UTC(year, number - 1 - (many - 1 - index), 1))
    return at.toISOString().slice(0, 7)
  })
}
