import { Flex, Input, Modal, Radio, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { type CalendarDocument, type Said, type Span, saidOf, say, weekdayOf } from "./document"
import { Spans } from "./Spans"

interface Props {
  day: string
  document: CalendarDocument
  /** What the server says of it now. */
  now: string
  onChange: (document: CalendarDocument) => void
  close: () => void
}

/** What holds on one day: as usual, off (until a day), worked, or hours of its own. */
export function DayDialog({ day, document, now, onChange, close }: Props) {
  const { t } = useTranslation()
  const [said, setSaid] = useState<Said>(() => saidOf(document, day))
  const like = document.make_up_like ?? "mon"
  const usual = document.week?.[weekdayOf(day)] ?? []
  const choose = (kind: Said["kind"]) => {
    const own: Span[] = usual.length > 0 ? usual : [["09:00", "18:00"]]
    if (kind === "closed") setSaid({ kind, to: day, name: "" })
    else if (kind === "hours") setSaid({ kind, hours: own })
    else setSaid({ kind })
  }
  return (
    <Modal
      open
      title={t("calendars.day.title", { day, weekday: t(`calendars.weekday.${weekdayOf(day)}`) })}
      okText={t("calendars.day.keep")}
      cancelText={t("word.cancel")}
      onCancel={close}
      onOk={() => {
        onChange(say(document, day, said))
        close()
      }}
    >
      <Typography.Paragraph type="secondary">
        {t("calendars.day.now", { what: now })}
      </Typography.Paragraph>
      <Radio.Group
        className="radio-list"
        value={said.kind}
        onChange={(event) => choose(event.target.value as Said["kind"])}
        options={(["usual", "closed", "worked", "hours"] as const).map((kind) => ({
          value: kind,
          label: t(`calendars.day.${kind}`),
        }))}
      />
      {said.kind === "closed" && (
        <Flex gap={16} wrap className="inline-fields">
          <div>
            <label htmlFor="closed-to">{t("calendars.day.until")}</label>
            <Input
              id="closed-to"
              type="date"
              min={day}
              value={said.to}
              onChange={(event) =>
                event.target.value >= day && setSaid({ ...said, to: event.target.value })
              }
            />
          </div>
          <div>
            <label htmlFor="closed-name">{t("calendars.day.name")}</label>
            <Input
              id="closed-name"
              maxLength={100}
              value={said.name}
              placeholder={t("calendars.day.namePlaceholder")}
              onChange={(event) => setSaid({ ...said, name: event.target.value })}
            />
          </div>
        </Flex>
      )}
      {said.kind === "worked" && (
        <Typography.Text type="secondary">
          {t("calendars.day.workedHelp", { day: t(`calendars.weekday.${like}`) })}
        </Typography.Text>
      )}
      {said.kind === "hours" && (
        <Spans label={day} value={said.hours} onChange={(hours) => setSaid({ ...said, hours })} />
      )}
    </Modal>
  )
}
