import { Input, InputNumber, Select, Space, TimePicker } from "antd"
import dayjs from "dayjs"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import type { WidgetProps } from "../widget"

const KINDS = ["day", "week", "month", "hour", "other"] as const
type Kind = (typeof KINDS)[number]

interface Parts {
  kind: Kind
  minute: number
  hour: number
  day: number
  weekday: number
}

/** Cron text, clicked together for what is common. */
export function Schedule({ value, onChange, id, isReadOnly, label }: WidgetProps) {
  const { t } = useTranslation()
  const cron = typeof value === "string" ? value : ""
  const found = readCron(cron)
  const [isOwn, setOwn] = useState(found.kind === "other")
  const kind = isOwn ? "other" : found.kind
  const set = (change: Partial<Parts>) => onChange(writeCron({ ...found, kind, ...change }))
  return (
    <Space.Compact block>
      <Select
        id={id}
        aria-label={label}
        style={{ width: 110 }}
        disabled={isReadOnly}
        value={kind}
        options={KINDS.map((one) => ({ value: one, label: t(`editor.schedule.kinds.${one}`) }))}
        onChange={(next) => {
          setOwn(next === "other")
          if (next !== "other") set({ kind: next })
        }}
      />
      {kind === "week" && (
        <Select
          aria-label={t("editor.schedule.weekday")}
          disabled={isReadOnly}
          value={found.weekday % 7}
          options={[1, 2, 3, 4, 5, 6, 0].map((day) => ({
            value: day,
            label: t("editor.schedule.weekdays", { returnObjects: true })[day] ?? String(day),
          }))}
          onChange={(weekday) => set({ weekday })}
        />
      )}
      {kind === "month" && (
        <InputNumber
          aria-label={t("editor.schedule.day")}
          min={1}
          max={31}
          disabled={isReadOnly}
          value={found.day}
          onChange={(day) => set({ day: day ?? 1 })}
        />
      )}
      {kind === "hour" && (
        <InputNumber
          aria-label={t("editor.schedule.minute")}
          min={0}
          max={59}
          disabled={isReadOnly}
          value={found.minute}
          onChange={(minute) => set({ minute: minute ?? 0 })}
        />
      )}
      {kind !== "hour" && kind !== "other" && (
        <TimePicker
          aria-label={t("editor.schedule.at")}
          format="HH:mm"
          allowClear={false}
          disabled={isReadOnly}
          value={dayjs().hour(found.hour).minute(found.minute)}
          onChange={(next) => next && set({ hour: next.hour(), minute: next.minute() })}
        />
      )}
      {kind === "other" && (
        <Input
          aria-label={t("editor.schedule.cron")}
          placeholder={t("editor.schedule.cron")}
          disabled={isReadOnly}
          value={cron}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Space.Compact>
  )
}

export function readCron(cron: string): Parts {
  const found = /^(\d{1,2}) (\d{1,2}|\*) (\d{1,2}|\*) \* (\d|\*)$/.exec(cron.trim())
  const parts = { minute: 0, hour: 10, day: 1, weekday: 1 }
  if (!found) return { kind: "other", ...parts }
  const [, minute, hour, day, weekday] = found
  const made = { ...parts, minute: Number(minute) }
  if (hour === "*") {
    return day === "*" && weekday === "*" ? { ...made, kind: "hour" } : { ...made, kind: "other" }
  }
  const timed = { ...made, hour: Number(hour) }
  if (weekday !== "*") {
    return day === "*"
      ? { ...timed, kind: "week", weekday: Number(weekday) }
      : { ...timed, kind: "other" }
  }
  return day === "*" ? { ...timed, kind: "day" } : { ...timed, kind: "month", day: Number(day) }
}

export function writeCron({ kind, minute, hour, day, weekday }: Parts): string {
  if (kind === "hour") return `${minute} * * * *`
  const days = kind === "month" ? String(day) : "*"
  return `${minute} ${hour} ${days} * ${kind === "week" ? weekday : "*"}`
}
