import { Input, Select } from "antd"
import { useTranslation } from "react-i18next"

/** Past events received in [since, until), as ISO times. */
export interface Range {
  since: string
  until: string
}

const DAYS = [1, 7, 30, 90] as const
const DAY = 86_400_000

export function lastDays(count: number, now = new Date()): Range {
  return { since: new Date(now.getTime() - count * DAY).toISOString(), until: now.toISOString() }
}

/** The last days, or from one day to another. */
export function WindowChoice(props: { range: Range; onChange: (range: Range) => void }) {
  const { range, onChange } = props
  const { t } = useTranslation()
  const days = Math.round((Date.parse(range.until) - Date.parse(range.since)) / DAY)
  const known = DAYS.find((one) => one === days)
  const day = (iso: string) => localDay(new Date(iso))
  const setDay = (name: "since" | "until", written: string) => {
    const at = new Date(`${written}T00:00:00`)
    if (Number.isNaN(at.getTime())) return
    // "Until" a day means until its end.
    const moment = name === "until" ? new Date(at.getTime() + DAY) : at
    const next = { ...range, [name]: moment.toISOString() }
    if (next.since < next.until) onChange(next)
  }
  return (
    <>
      <Select<number>
        size="small"
        aria-label={t("editor.trial.window")}
        value={known ?? 0}
        options={[
          ...DAYS.map((one) => ({ value: one, label: t("editor.trial.days", { count: one }) })),
          ...(known ? [] : [{ value: 0, label: t("editor.trial.ownRange") }]),
        ]}
        onChange={(count) => count > 0 && onChange(lastDays(count))}
      />
      <Input
        size="small"
        type="date"
        className="day"
        aria-label={t("editor.trial.since")}
        value={day(range.since)}
        onChange={(event) => setDay("since", event.target.value)}
      />
      <Input
        size="small"
        type="date"
        className="day"
        aria-label={t("editor.trial.until")}
        value={day(new Date(Date.parse(range.until) - 1).toISOString())}
        onChange={(event) => setDay("until", event.target.value)}
      />
    </>
  )
}

function localDay(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0")
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}
