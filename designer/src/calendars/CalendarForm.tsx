import { Card, Form, Input, Select, Switch, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { TextItem } from "@/ui/TextItem"
import { type CalendarDocument, WEEKDAYS, type Weekday } from "./document"
import { WeekHours } from "./WeekHours"

export const KEY = /^[a-z][a-z0-9_-]{0,59}$/

interface Props {
  name: string
  setName: (name: string) => void
  /** What the key of a new one is to be; null for one that has its key. */
  newKey: string | null
  setKey: (key: string) => void
  document: CalendarDocument
  setDocument: (document: CalendarDocument) => void
  knownYears: readonly number[]
  isReadOnly: boolean
}

/** What holds all year: name, zone, public holidays, the hours of a week. */
export function CalendarForm(props: Props) {
  const { name, setName, newKey, setKey, document, setDocument, knownYears, isReadOnly } = props
  const { t } = useTranslation()
  const isKeyWrong = Boolean(newKey) && !KEY.test(newKey ?? "")
  return (
    <Card>
      <Form layout="vertical" component="div">
        <TextItem
          id="calendar-name"
          label={t("word.name")}
          maxLength={120}
          isRequired
          isReadOnly={isReadOnly}
          value={name}
          onChange={setName}
        />
        {newKey !== null && (
          <Form.Item
            label={t("calendars.key")}
            htmlFor="calendar-key"
            required
            validateStatus={isKeyWrong ? "error" : ""}
            extra={isKeyWrong ? t("calendars.keyWrong") : t("calendars.keyHelp")}
          >
            <Input
              id="calendar-key"
              placeholder="head-office"
              value={newKey}
              onChange={(event) => setKey(event.target.value.trim())}
            />
          </Form.Item>
        )}
        <Form.Item label={t("calendars.zone")} htmlFor="calendar-zone">
          <Select
            id="calendar-zone"
            showSearch
            disabled={isReadOnly}
            value={document.zone ?? "Asia/Shanghai"}
            options={Intl.supportedValuesOf("timeZone").map((each) => ({
              value: each,
              label: each,
            }))}
            onChange={(zone) => setDocument({ ...document, zone })}
          />
        </Form.Item>
        <Form.Item
          label={t("calendars.public")}
          htmlFor="calendar-public"
          extra={t("calendars.publicKnown", {
            years: knownYears.join(t("calendars.and")),
          })}
        >
          <Switch
            id="calendar-public"
            disabled={isReadOnly}
            checked={document.public_holidays === "cn"}
            onChange={(on) => setDocument({ ...document, public_holidays: on ? "cn" : "" })}
          />
        </Form.Item>
        <Typography.Title level={2}>{t("calendars.week")}</Typography.Title>
        <WeekHours document={document} onChange={setDocument} isReadOnly={isReadOnly} />
        <Form.Item
          className="section-head"
          label={t("calendars.makeUpLike")}
          htmlFor="calendar-like"
        >
          <Select<Weekday>
            id="calendar-like"
            disabled={isReadOnly}
            value={document.make_up_like ?? "mon"}
            options={WEEKDAYS.map((one) => ({
              value: one,
              label: t(`calendars.weekday.${one}`),
            }))}
            onChange={(like) => setDocument({ ...document, make_up_like: like })}
          />
        </Form.Item>
      </Form>
    </Card>
  )
}
