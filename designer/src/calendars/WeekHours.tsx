import { Button } from "antd"
import { useTranslation } from "react-i18next"
import { type CalendarDocument, WEEKDAYS } from "./document"
import { Spans } from "./Spans"

interface Props {
  document: CalendarDocument
  onChange: (document: CalendarDocument) => void
  isReadOnly: boolean
}

/** The hours of each weekday. */
export function WeekHours({ document, onChange, isReadOnly }: Props) {
  const { t } = useTranslation()
  const week = document.week ?? {}
  const copyDown = () => {
    const monday = week.mon ?? []
    onChange({
      ...document,
      week: { ...week, tue: monday, wed: monday, thu: monday, fri: monday },
    })
  }
  return (
    <div className="week-hours">
      {WEEKDAYS.map((day) => (
        <div key={day} className="week-row">
          <span className="week-day">{t(`calendars.weekday.${day}`)}</span>
          <Spans
            label={t(`calendars.weekday.${day}`)}
            value={week[day] ?? []}
            isReadOnly={isReadOnly}
            onChange={(hours) => onChange({ ...document, week: { ...week, [day]: hours } })}
          />
        </div>
      ))}
      {!isReadOnly && (
        <Button size="small" onClick={copyDown}>
          {t("calendars.copyDown")}
        </Button>
      )}
    </div>
  )
}
