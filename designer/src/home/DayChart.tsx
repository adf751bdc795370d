import { Card, Segmented } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import type { ComparedHours, Home } from "@/api/types"
import { count, exactTime } from "@/text/format"
import { Chart } from "@/ui/Chart"

const NAMES = ["events", "runs", "failed"] as const
type Name = (typeof NAMES)[number]

/** The day by the hour, yesterday and last week behind it; hours to come are left open. */
export function DayChart({ home }: { home: Home }) {
  const { t } = useTranslation()
  const shown = NAMES.filter((name) => home[name] !== null)
  const [chosen, setChosen] = useState<Name>()
  const name = chosen ?? shown[0]
  const found = name && home[name]
  if (!found) return null
  return (
    <Card className="facts">
      {shown.length > 1 && (
        <Segmented
          aria-label={t("home.byHour")}
          value={name}
          onChange={setChosen}
          options={shown.map((each) => ({ value: each, label: t(`home.figure.${each}`) }))}
        />
      )}
      <Chart
        title={t("home.byHour")}
        kind="line"
        category="hour"
        categoryName={t("home.hour")}
        rows={rowsOf(found, Number(exactTime(home.at, home.zone).slice(11, 13)))}
        series={[
          { key: "today", name: t("home.day.today") },
          { key: "yesterday", name: t("home.day.yesterday") },
          { key: "lastWeek", name: t("home.day.lastWeek") },
        ]}
        format={count}
        fileName={`jimu-${name}`}
      />
    </Card>
  )
}

function rowsOf({ hours }: ComparedHours, now: number) {
  return hours.today.map((today, hour) => ({
    hour: `${String(hour).padStart(2, "0")}:00`,
    today: hour <= now ? today : null,
    yesterday: hours.yesterday[hour] ?? null,
    lastWeek: hours.last_week[hour] ?? null,
  }))
}
