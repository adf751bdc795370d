import { useTranslation } from "react-i18next"
import {
  asClock,
  type CalendarDocument,
  isWholeDay,
  type Span,
  WEEKDAYS,
  weekParts,
} from "./document"

/** Hours and weeks as people say them. */
export function useCalendarWords() {
  const { t } = useTranslation()
  const spans = (hours: readonly Span[]): string => {
    if (hours.length === 0) return t("calendars.closedDay")
    if (isWholeDay(hours)) return t("calendars.wholeDay")
    return hours
      .map(([from, to]) => {
        const end = asClock(to)
        const isNext = to !== "24:00" && to <= from
        return `${from}–${isNext ? `${t("calendars.nextDay")} ` : ""}${to === "24:00" ? to : end}`
      })
      .join(t("calendars.and"))
  }
  const week = (document: CalendarDocument): string[] =>
    weekParts(document).map(({ days, hours }) => `${daysSaid(days)} ${spans(hours)}`)
  const daysSaid = (days: readonly (typeof WEEKDAYS)[number][]): string => {
    const places = days.map((day) => WEEKDAYS.indexOf(day))
    const isRun = places.every((place, at) => at === 0 || place === (places[at - 1] ?? 0) + 1)
    const names = days.map((day) => t(`calendars.weekday.${day}`))
    return isRun && days.length > 2
      ? t("calendars.range", { first: names[0], last: names.at(-1) })
      : names.join(t("calendars.and"))
  }
  return { spans, week }
}
