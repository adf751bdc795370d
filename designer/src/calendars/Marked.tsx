import { CloseOutlined } from "@ant-design/icons"
import { Button, Flex, Tag, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { type CalendarDocument, forget } from "./document"
import { useCalendarWords } from "./words"

interface Props {
  document: CalendarDocument
  onChange: (document: CalendarDocument) => void
  isReadOnly: boolean
}

/** The days that do not follow the rule, in order, each to be taken back. */
export function Marked({ document, onChange, isReadOnly }: Props) {
  const { t } = useTranslation()
  const { spans } = useCalendarWords()
  const rows = [
    ...(document.holidays ?? []).map((one) => ({
      from: one.from,
      to: one.to ?? one.from,
      kind: "closed" as const,
      about: one.name ?? "",
    })),
    ...(document.make_up ?? []).map((day) => ({
      from: day,
      to: day,
      kind: "worked" as const,
      about: "",
    })),
    ...Object.entries(document.days ?? {}).map(([day, hours]) => ({
      from: day,
      to: day,
      kind: "hours" as const,
      about: spans(hours),
    })),
  ].sort((a, b) => a.from.localeCompare(b.from))
  if (rows.length === 0)
    return <Typography.Text type="secondary">{t("calendars.noSpecial")}</Typography.Text>
  return (
    <ul className="home-list marked-days">
      {rows.map((row) => {
        const days = row.to > row.from ? `${row.from} – ${row.to}` : row.from
        return (
          <li key={`${row.kind} ${row.from}`}>
            <Flex gap={8} align="center" wrap>
              <span className="number">{days}</span>
              <Tag variant="filled">{t(`calendars.kind.${row.kind}`)}</Tag>
              {row.about}
            </Flex>
            {!isReadOnly && (
              <Button
                type="text"
                size="small"
                icon={<CloseOutlined />}
                aria-label={t("calendars.forgetDay", { day: days })}
                onClick={() => onChange(forget(document, row.from, row.to))}
              />
            )}
          </li>
        )
      })}
    </ul>
  )
}
