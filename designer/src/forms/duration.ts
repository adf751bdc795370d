/** Durations as ISO 8601 gives them, in the one unit people say them in. */
export const UNITS = ["minutes", "hours", "days", "seconds"] as const
export type Unit = (typeof UNITS)[number]

const SECONDS: Record<Unit, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }
const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

export interface Amount {
  count: number
  unit: Unit
}

/** "PT90M" is 90 minutes, "P2D" two days; undefined when it is no duration. */
export function readDuration(iso: unknown): Amount | undefined {
  const found = typeof iso === "string" ? ISO.exec(iso) : null
  if (!found || iso === "P" || iso === "PT") return undefined
  const [weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0))
  const total =
    ((weeks ?? 0) * 7 + (days ?? 0)) * 86_400 +
    (hours ?? 0) * 3600 +
    (minutes ?? 0) * 60 +
    (seconds ?? 0)
  const unit = (["days", "hours", "minutes"] as const).find(
    (each) => total > 0 && total % SECONDS[each] === 0,
  )
  const best = unit ?? (total === 0 ? "minutes" : "seconds")
  return { count: total / SECONDS[best], unit: best }
}

export function writeDuration({ count, unit }: Amount): string {
  const letters: Record<Unit, string> = { days: "D", hours: "H", minutes: "M", seconds: "S" }
  return `P${unit === "days" ? "" : "T"}${count}${letters[unit]}`
}
