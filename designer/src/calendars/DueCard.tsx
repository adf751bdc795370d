import { useQuery } from "@tanstack/react-query"
import { Alert, Card, InputNumber, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { messageOf } from "@/api/Fault"
import { shortTime } from "@/text/format"
import { asClock, type CalendarDocument, weekdayOf } from "./document"
import { useRested } from "./useYear"

/** When so many working hours are over that begin now. */
export function DueCard({ document }: { document: CalendarDocument }) {
  const { t } = useTranslation()
  const [hours, setHours] = useState(4)
  const [start] = useState(() => new Date().toISOString())
  const rested = useRested(document, 300)
  const isOpen = Object.values(rested.week ?? {}).some((one) => (one ?? []).length > 0)
  const due = useQuery({
    queryKey: ["read_due", rested, hours, start],
    queryFn: ({ signal }) =>
      call("read_due", {
        body: { document: rested as Record<string, unknown>, start, minutes: hours * 60 },
        signal,
      }),
    enabled: isOpen,
    retry: false,
  })
  const zone = rested.zone ?? "Asia/Shanghai"
  const at = due.data ? shortTime(due.data.due, zone) : null
  const day = due.data ? dayIn(due.data.due, zone) : null
  return (
    <Card title={t("calendars.due.title")}>
      <div className="inline-fields">
        <div>
          <label htmlFor="due-hours">{t("calendars.due.hours")}</label>
          <InputNumber
            id="due-hours"
            min={1}
            max={2000}
            precision={0}
            value={hours}
            onChange={(next) => setHours(next ?? 1)}
          />
        </div>
      </div>
      <Typography.Paragraph className="section-head">
        {t("calendars.due.about", { hours })}{" "}
        <b>{at && day ? `${t(`calendars.weekday.${weekdayOf(day)}`)} ${asClock(at)}` : "…"}</b>
      </Typography.Paragraph>
      {!isOpen && <Alert type="warning" showIcon title={t("calendars.due.never")} />}
      {isOpen && due.error && <Alert type="error" showIcon title={due.error.message} />}
      {due.data?.remarks.map((one) => (
        <Alert key={one.path} type="warning" showIcon title={messageOf(one)} />
      ))}
    </Card>
  )
}

const dayIn = (iso: string, zone: string) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(new Date(iso))
