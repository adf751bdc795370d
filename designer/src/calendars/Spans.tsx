import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Checkbox, Flex, Input, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { asClock, isWholeDay, type Span, spanOf, WHOLE_DAY } from "./document"

interface Props {
  /** The day these hours are of, for whoever cannot see the row. */
  label: string
  value: Span[]
  onChange: (value: Span[]) => void
  isReadOnly?: boolean
}

/** The hours of one day: spans from and to, all day, or none. */
export function Spans({ label, value, onChange, isReadOnly = false }: Props) {
  const { t } = useTranslation()
  const isWhole = isWholeDay(value)
  const edit = (at: number, span: Span) =>
    onChange(value.map((one, index) => (index === at ? span : one)))
  return (
    <Flex gap={8} wrap align="center" className="spans">
      {value.length === 0 && (
        <Typography.Text type="secondary">{t("calendars.closedDay")}</Typography.Text>
      )}
      {!isWhole &&
        value.map(([from, to], at) => (
          // Spans have no name of their own; a changed one must keep its inputs.
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is the name
          <span key={at} className="span-of-day">
            <Input
              type="time"
              aria-label={t("calendars.from", { day: label, number: at + 1 })}
              value={from}
              disabled={isReadOnly}
              onChange={(event) =>
                event.target.value && edit(at, spanOf(event.target.value, asClock(to)))
              }
            />
            –{to !== "24:00" && to <= from && <small>{t("calendars.nextDay")}</small>}
            <Input
              type="time"
              aria-label={t("calendars.to", { day: label, number: at + 1 })}
              value={asClock(to)}
              disabled={isReadOnly}
              onChange={(event) => event.target.value && edit(at, spanOf(from, event.target.value))}
            />
            {!isReadOnly && (
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={t("calendars.removeSpan", { day: label, number: at + 1 })}
                onClick={() => onChange(value.filter((_, index) => index !== at))}
              />
            )}
          </span>
        ))}
      {!isReadOnly && (
        <>
          {!isWhole && (
            <Button
              type="text"
              size="small"
              icon={<PlusOutlined />}
              aria-label={t("calendars.addSpan", { day: label })}
              onClick={() => onChange([...value, following(value.at(-1))])}
            />
          )}
          <Checkbox
            checked={isWhole}
            onChange={(event) => onChange(event.target.checked ? WHOLE_DAY : [])}
          >
            {t("calendars.wholeDay")}
          </Checkbox>
        </>
      )}
      {isReadOnly && isWhole && t("calendars.wholeDay")}
    </Flex>
  )
}

/** A span that does not overlap the last one. */
export function following(last: Span | undefined): Span {
  if (!last) return ["09:00", "18:00"]
  const hour = Math.min(22, Number(last[1].slice(0, 2)) + 1)
  const two = (value: number) => String(value).padStart(2, "0")
  return spanOf(`${two(hour)}:00`, `${two(Math.min(hour + 4, 23))}:00`)
}
