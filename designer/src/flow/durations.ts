// ISO 8601 durations ("PT30M"), read and written as a number of one unit, and said in words.

export const UNITS = ["S", "M", "H", "D", "W"] as const
export type Unit = (typeof UNITS)[number]

const SECONDS: { [unit in Unit]: number } = { S: 1, M: 60, H: 3600, D: 86400, W: 604800 }
const WORDS: { [locale: string]: { [unit in Unit]: string } } = {
  zh: { S: "秒", M: "分钟", H: "小时", D: "天", W: "周" },
  en: { S: "second", M: "minute", H: "hour", D: "day", W: "week" },
}
const PATTERN =
  /^P(?!$)(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?!$)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/** Seconds of a duration; null when it is none. */
export function readDuration(written: unknown): number | null {
  const found = typeof written === "string" ? PATTERN.exec(written.trim()) : null
  if (!found) return null
  const [, weeks, days, hours, minutes, seconds] = found.map((part) => Number(part ?? 0))
  return (
    (weeks ?? 0) * SECONDS.W +
    (days ?? 0) * SECONDS.D +
    (hours ?? 0) * SECONDS.H +
    (minutes ?? 0) * SECONDS.M +
    (seconds ?? 0)
  )
}

/** A duration as a number of the largest unit that divides it. */
export function asUnit(seconds: number): { count: number; unit: Unit } {
  for (const unit of ["D", "H", "M"] as const) {
    if (seconds !== 0 && seconds % SECONDS[unit] === 0) {
      return { count: seconds / SECONDS[unit], unit }
    }
  }
  return { count: seconds, unit: "S" }
}

export function writeDuration(count: number, unit: Unit): string {
  return unit === "D" || unit === "W" ? `P${count}${unit}` : `PT${count}${unit}`
}

/** "3 天", "1 小时 30 分钟", "2 days": what a person says. The text itself when it is none. */
export function sayDuration(written: unknown, locale: string): string {
  let rest = readDuration(written)
  if (rest === null) return typeof written === "string" ? written : ""
  const words = WORDS[locale] ?? WORDS.en
  const said: string[] = []
  for (const unit of ["D", "H", "M", "S"] as const) {
    const count = unit === "S" ? rest : Math.floor(rest / SECONDS[unit])
    rest -= count * SECONDS[unit]
    if (count > 0) said.push(`${count} ${words?.[unit]}${locale === "en" && count > 1 ? "s" : ""}`)
  }
  return said.join(" ") || `0 ${words?.S}`
}
