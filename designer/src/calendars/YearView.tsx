import { LeftOutlined, RightOutlined } from "@ant-design/icons"
import { Alert, Button, Flex, Typography } from "antd"
import { type KeyboardEvent, useState } from "react"
import { useTranslation } from "react-i18next"
import { monthName } from "@/text/format"
import { type CalendarDocument, dayAfter, kindOf, type Span, WEEKDAYS, weeksOf } from "./document"
import { useYear } from "./useYear"
import { useCalendarWords } from "./words"

interface Props {
  document: CalendarDocument
  year: number
  setYear: (year: number) => void
  knownYears: readonly number[]
  /** Without it days can only be looked at. */
  open?: ((day: string) => void) | undefined
}

const MONTHS = Array.from({ length: 12 }, (_, at) => at + 1)
const STEPS: Record<string, number> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -7,
  ArrowDown: 7,
  PageUp: -28,
  PageDown: 28,
}

/** Every day of a year as the server reads the document: worked, off, holiday, make-up. */
export function YearView({ document, year, setYear, knownYears, open }: Props) {
  const { t } = useTranslation()
  const found = useYear(document, year)
  const hours = found.hours
  const total = [...hours.values()].filter((one) => one.length > 0).length
  const isUnknown = Boolean(document.public_holidays) && !knownYears.includes(year)
  return (
    <section aria-label={t("calendars.year", { year })}>
      <Flex gap={8} align="center" wrap>
        <Button
          icon={<LeftOutlined />}
          aria-label={t("calendars.before")}
          disabled={year <= 2000}
          onClick={() => setYear(year - 1)}
        />
        <Typography.Title level={2} className="year-title">
          {t("calendars.year", { year })}
        </Typography.Title>
        <Button
          icon={<RightOutlined />}
          aria-label={t("calendars.after")}
          disabled={year >= 2099}
          onClick={() => setYear(year + 1)}
        />
        {hours.size > 0 && (
          <Typography.Text type="secondary" role="status">
            {t("calendars.total", { days: total })}
          </Typography.Text>
        )}
      </Flex>
      {isUnknown && (
        <Alert
          type="warning"
          showIcon
          className="section-head"
          title={t("calendars.unknownYear", { year })}
        />
      )}
      {found.fault && (
        <Alert type="error" showIcon className="section-head" title={found.fault.message} />
      )}
      <Legend canMark={open !== undefined} />
      <Days document={document} year={year} hours={hours} open={open} isOld={found.isOld} />
    </section>
  )
}

function Legend({ canMark }: { canMark: boolean }) {
  const { t } = useTranslation()
  return (
    <>
      <ul className="year-legend">
        {(["work", "off", "closed", "worked", "hours"] as const).map((kind) => (
          <li key={kind}>
            <i className={`day is-${kind}`} aria-hidden />
            {t(`calendars.kind.${kind}`)}
          </li>
        ))}
      </ul>
      {canMark && (
        <Typography.Paragraph type="secondary">{t("calendars.yearHelp")}</Typography.Paragraph>
      )}
    </>
  )
}

interface DaysProps {
  document: CalendarDocument
  year: number
  hours: ReadonlyMap<string, Span[]>
  open?: ((day: string) => void) | undefined
  isOld: boolean
}

/** One stop of the tab key; inside it arrow keys go from day to day. */
function Days({ document, year, hours, open, isOld }: DaysProps) {
  const { t } = useTranslation()
  const [at, setAt] = useState(`${year}-01-01`)
  const here = at.startsWith(`${year}-`) ? at : `${year}-01-01`
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const step = STEPS[event.key]
    const next = step === undefined ? null : dayAfter(here, step)
    if (next === null || !next.startsWith(`${year}-`)) return
    event.preventDefault()
    setAt(next)
    event.currentTarget.querySelector<HTMLElement>(`[data-day="${next}"]`)?.focus()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the parts of a form
    <div
      role="group"
      className={isOld ? "year is-old" : "year"}
      aria-label={t("calendars.yearLabel", { year })}
      onKeyDown={walk}
    >
      {MONTHS.map((month) => (
        <table key={month} className="month">
          <caption>{monthName(year, month)}</caption>
          <thead>
            <tr>
              {WEEKDAYS.map((day) => (
                <th key={day} scope="col" abbr={t(`calendars.weekday.${day}`)}>
                  {t(`calendars.short.${day}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeksOf(year, month).map((week, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: weeks have no other name
              <tr key={row}>
                {week.map((day, column) =>
                  day ? (
                    <td key={day}>
                      <Day
                        day={day}
                        document={document}
                        hours={hours.get(day)}
                        isHere={day === here}
                        open={open}
                      />
                    </td>
                  ) : (
                    // biome-ignore lint/suspicious/noArrayIndexKey: empty cells have no other name
                    <td key={column} />
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  )
}

interface DayProps {
  day: string
  document: CalendarDocument
  hours: Span[] | undefined
  isHere: boolean
  open?: ((day: string) => void) | undefined
}

function Day({ day, document, hours, isHere, open }: DayProps) {
  const { t } = useTranslation()
  const { spans } = useCalendarWords()
  const kind = hours ? kindOf(document, day, hours) : "unknown"
  const number = Number(day.slice(8))
  const said =
    hours && kind !== "unknown" ? `${day} ${t(`calendars.kind.${kind}`)} ${spans(hours)}` : day
  if (!open)
    return (
      <span className={`day is-${kind}`} title={said}>
        {number}
      </span>
    )
  return (
    <button
      type="button"
      data-day={day}
      className={`day is-${kind}`}
      title={said}
      aria-label={`${number} ${said}`}
      tabIndex={isHere ? 0 : -1}
      onClick={() => open(day)}
    >
      {number}
    </button>
  )
}
