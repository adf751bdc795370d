import i18next from "i18next"
import { create } from "zustand"

/**
 * The zone times are shown in: the person's own, else the company's; undefined is this machine's,
 * which is not asked for before a time is shown.
 */
export const useZone = create<{
  zone: string | undefined
  setZone: (zone: string) => void
}>((set) => ({
  zone: undefined,
  setZone: (zone) => set({ zone }),
}))

const tag = () => (i18next.language === "en" ? "en-GB" : "zh-CN")

/** "2026-11-22 08:40:12" in the zone shown. */
export function exactTime(iso: string, zone = useZone.getState().zone): string {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      dateStyle: "short",
      timeStyle: "medium",
    })
    formats.set(zone, format)
  }
  return format.format(new Date(iso))
}

// Making one takes longer than a hundred uses of it.
const formats = new Map<string | undefined, Intl.DateTimeFormat>()

/** "11-22 08:40", with the year only where it is another one. */
export function shortTime(iso: string, zone = useZone.getState().zone, now = new Date()): string {
  const whole = exactTime(iso, zone).slice(0, 16)
  return whole.startsWith(exactTime(now.toISOString(), zone).slice(0, 4)) ? whole.slice(5) : whole
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]

/** "3 分钟前", "2 小时后"; beyond a week the date itself. */
export function relativeTime(iso: string, now = new Date()): string {
  const seconds = (new Date(iso).getTime() - now.getTime()) / 1000
  if (Math.abs(seconds) > 7 * 86_400) return shortTime(iso, undefined, now)
  const words = new Intl.RelativeTimeFormat(tag(), { numeric: "auto" })
  for (const [unit, length] of STEPS)
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit)
  return seconds > 0 ? i18next.t("time.soon") : i18next.t("time.justNow")
}

/** Money given in major units as an exact text: "¥1,234.50". */
export function money(amount: string, currency: string): string {
  return (
    new Intl.NumberFormat(tag(), { style: "currency", currency })
      // The text goes in as it is: a float would lose cents.
      .formatToParts(amount as Intl.StringNumericLiteral)
      .map((part) => (part.type === "currency" ? (SIGNS[currency] ?? part.value) : part.value))
      .join("")
  )
}

// Here ¥ alone is the yuan, in both languages.
const SIGNS: { [currency: string]: string } = { CNY: "¥", JPY: "JP¥" }

export function count(value: number): string {
  return new Intl.NumberFormat(tag()).format(value)
}

/** The time between two moments: "1.2 秒", "3 天 4 小时". */
export function span(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 0.0005) return i18next.t("time.ms", { count: 0 })
  if (seconds < 1) return i18next.t("time.ms", { count: Math.max(1, Math.round(milliseconds)) })
  if (seconds < 60) return i18next.t("time.seconds", { count: Math.round(seconds * 10) / 10 })
  const parts = [
    ["time.days", Math.floor(seconds / 86_400)],
    ["time.hours", Math.floor((seconds % 86_400) / 3600)],
    ["time.minutes", Math.floor((seconds % 3600) / 60)],
  ] as const
  return parts
    .filter(([, value]) => value > 0)
    .slice(0, 2)
    .map(([key, value]) => i18next.t(key, { count: value }))
    .join(" ")
}

/** "11月", "November". */
export function monthName(year: number, month: number): string {
  const words = tag() === "zh-CN" ? "numeric" : "long"
  return new Intl.DateTimeFormat(tag(), { month: words, timeZone: "UTC" }).format(
    Date.UTC(year, month - 1, 15),
  )
}
