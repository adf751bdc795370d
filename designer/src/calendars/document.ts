// A working calendar's document, as the server keeps it, and its changes day by day.
// Precedence of the server: days > make_up > holidays > public table > week.

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const
export type Weekday = (typeof WEEKDAYS)[number]
/** From and to as the clock shows them; an end not after its start is on the next day. */
export type Span = [string, string]

export interface Closed {
  from: string
  to?: string | null
  name?: string
}

export interface CalendarDocument {
  zone?: string
  week?: Partial<Record<Weekday, Span[]>>
  public_holidays?: string
  holidays?: Closed[]
  make_up?: string[]
  make_up_like?: Weekday
  days?: Record<string, Span[]>
}

/** What somebody may say of one day; the others follow the week and the public holidays. */
export type Said =
  | { kind: "usual" }
  | { kind: "closed"; to: string; name: string }
  | { kind: "worked" }
  | { kind: "hours"; hours: Span[] }

export type DayKind = "work" | "off" | "closed" | "worked" | "hours"

export const weekdayOf = (day: string): Weekday =>
  WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? "mon"

export function dayAfter(day: string, count: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + count)
  return at.toISOString().slice(0, 10)
}

/** The document in which one day, or a range that is closed, is as somebody said. */
export function say(document: CalendarDocument, day: string, said: Said): CalendarDocument {
  const last = said.kind === "closed" && said.to > day ? said.to : day
  const plain = forget(document, day, last)
  if (said.kind === "worked") return { ...plain, make_up: [...(plain.make_up ?? []), day].sort() }
  if (said.kind === "hours") return { ...plain, days: { ...plain.days, [day]: said.hours } }
  if (said.kind === "closed") {
    const row: Closed = { from: day, ...(last > day && { to: last }), name: said.name }
    const rows = [...(plain.holidays ?? []), row]
    return { ...plain, holidays: rows.sort((a, b) => a.from.localeCompare(b.from)) }
  }
  return plain
}

/** The document without anything said of the days from one to another; a range is cut in two. */
export function forget(document: CalendarDocument, from: string, to: string): CalendarDocument {
  const within = (day: string) => day >= from && day <= to
  const holidays = (document.holidays ?? []).flatMap((row) => {
    const end = row.to ?? row.from
    if (end < from || row.from > to) return [row]
    const name = row.name === undefined ? {} : { name: row.name }
    return [
      ...(row.from < from ? [rangeOf(row.from, dayAfter(from, -1), name)] : []),
      ...(end > to ? [rangeOf(dayAfter(to, 1), end, name)] : []),
    ]
  })
  return {
    ...document,
    holidays,
    make_up: (document.make_up ?? []).filter((day) => !within(day)),
    days: Object.fromEntries(Object.entries(document.days ?? {}).filter(([day]) => !within(day))),
  }
}

function rangeOf(from: string, to: string, name: { name?: string }): Closed {
  return to > from ? { from, to, ...name } : { from, ...name }
}

/** What the document itself says of a day. */
export function saidOf(document: CalendarDocument, day: string): Said {
  const hours = document.days?.[day]
  if (hours) return { kind: "hours", hours }
  if (document.make_up?.includes(day)) return { kind: "worked" }
  const row = document.holidays?.find((one) => one.from <= day && (one.to ?? one.from) >= day)
  if (row) return { kind: "closed", to: row.to ?? row.from, name: row.name ?? "" }
  return { kind: "usual" }
}

/** How a day with these hours differs from what the week says of it. */
export function kindOf(document: CalendarDocument, day: string, hours: readonly Span[]): DayKind {
  if (document.days?.[day]) return "hours"
  const usual = document.week?.[weekdayOf(day)] ?? []
  if (usual.length === 0) return hours.length > 0 ? "worked" : "off"
  return hours.length > 0 ? "work" : "closed"
}

/** Days of the week that have the same hours, as ranges: [[mon, fri], [["09:00", "18:00"]]]. */
export function weekParts(document: CalendarDocument): { days: Weekday[]; hours: Span[] }[] {
  const parts: { days: Weekday[]; hours: Span[] }[] = []
  for (const day of WEEKDAYS) {
    const hours = document.week?.[day] ?? []
    if (hours.length === 0) continue
    const last = parts.find((part) => JSON.stringify(part.hours) === JSON.stringify(hours))
    if (last) last.days.push(day)
    else parts.push({ days: [day], hours })
  }
  return parts
}

/** A time as an input of the browser shows it: the end of a day is its next midnight. */
export const asClock = (written: string) => (written === "24:00" ? "00:00" : written)

/** An interval as it is kept: midnight as an end is 24:00. */
export const spanOf = (from: string, to: string): Span => [from, to === "00:00" ? "24:00" : to]

export const WHOLE_DAY: Span[] = [["00:00", "24:00"]]
export const isWholeDay = (hours: readonly Span[]) =>
  JSON.stringify(hours) === JSON.stringify(WHOLE_DAY)

/** The months of a year as weeks from Monday on; null stands for days of other months. */
export function weeksOf(year: number, month: number): (string | null)[][] {
  const first = `${year}-${String(month).padStart(2, "0")}-01`
  const blank = WEEKDAYS.indexOf(weekdayOf(first))
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const cells = [
    ...Array.from({ length: blank }, () => null),
    ...Array.from({ length: count }, (_, at) => dayAfter(first, at)),
  ]
  while (cells.length % 7 !== 0) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, at) => cells.slice(at * 7, at * 7 + 7))
}
