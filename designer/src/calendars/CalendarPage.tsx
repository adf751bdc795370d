import { useQuery } from "@tanstack/react-query"
import { Alert, App, Button, Card, Flex, Form, Input, Select, Switch, Tag, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate, useParams } from "react-router"
import { useAct } from "@/api/act"
import { callWithTag } from "@/api/client"
import { Details, sentenceOf } from "@/api/Fault"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import { UsesList } from "@/api/Uses"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { DayDialog } from "./DayDialog"
import { DueCard } from "./DueCard"
import { type CalendarDocument, kindOf, WEEKDAYS, type Weekday } from "./document"
import { Marked } from "./Marked"
import { useYear } from "./useYear"
import { WeekHours } from "./WeekHours"
import { useCalendarWords } from "./words"
import { YearView } from "./YearView"
import "./calendars.css"

const KEY = /^[a-z][a-z0-9_-]{0,59}$/

interface Held {
  /** Null for a calendar that is to be made. */
  key: string | null
  name: string
  document: CalendarDocument
  tag: string
  knownYears: readonly number[]
}

/** One calendar; a new one begins as the standard one. */
export function CalendarPage() {
  const { key = "" } = useParams()
  const isNew = key === "new"
  const all = useRead("list_calendars", {})
  const one = useQuery({
    queryKey: ["read_calendar", key, "with tag"],
    queryFn: () => callWithTag("read_calendar", { path: { key } }),
    enabled: !isNew,
  })
  if (isNew)
    return (
      <Loaded query={all}>
        {({ standard, public_years }) => (
          <Calendar
            held={{
              key: null,
              name: "",
              document: standard,
              tag: "",
              knownYears: public_years.cn ?? [],
            }}
          />
        )}
      </Loaded>
    )
  return (
    <Loaded query={one}>
      {({ value, tag }) => (
        <Calendar
          key={tag}
          held={{
            key: value.key,
            name: value.name,
            document: value.document,
            tag,
            knownYears: all.data?.public_years.cn ?? [],
          }}
        />
      )}
    </Loaded>
  )
}

function Calendar({ held }: { held: Held }) {
  const { t } = useTranslation()
  const may = useMay()
  const isReadOnly = !may("calendars.edit")
  const { spans } = useCalendarWords()
  const [document, setDocument] = useState(held.document)
  const [name, setName] = useState(held.name)
  const [key, setKey] = useState("")
  const [year, setYear] = useState(() => new Date().getFullYear())
  const [day, setDay] = useState<string | null>(null)
  const { hours } = useYear(document, year)
  const isChanged = name !== held.name || document !== held.document
  const keep = useKeep(held)
  const isReady = name.trim() !== "" && (held.key !== null || KEY.test(key))
  const said = day ? (hours.get(day) ?? []) : []
  return (
    <Page
      title={held.key === null ? t("calendars.new") : held.name}
      about={
        <Flex gap={8} wrap>
          <Link to="/admin/calendars">{t("menu.calendars")}</Link>
          {held.key !== null && <CopyText text={held.key} />}
        </Flex>
      }
      actions={
        !isReadOnly && (
          <>
            {isChanged && held.key !== null && <Tag color="warning">{t("calendars.leave")}</Tag>}
            {held.key !== null && <DeleteButton held={{ ...held, key: held.key }} />}
            <Button
              type="primary"
              loading={keep.isBusy}
              disabled={!isReady || (!isChanged && held.key !== null)}
              onClick={() => keep.go(held.key ?? key, name.trim(), document)}
            >
              {held.key === null ? t("calendars.make") : t("calendars.save")}
            </Button>
          </>
        )
      }
    >
      {isReadOnly && (
        <Alert type="info" showIcon className="section-head" title={t("calendars.readOnly")} />
      )}
      {keep.fault && (
        <Alert
          type="error"
          showIcon
          className="section-head"
          title={sentenceOf(keep.fault)}
          description={<Details fault={keep.fault} />}
        />
      )}
      <div className="calendar-columns">
        <Flex vertical gap={16}>
          <Card>
            <Form layout="vertical" component="div">
              <Form.Item label={t("word.name")} htmlFor="calendar-name" required>
                <Input
                  id="calendar-name"
                  maxLength={120}
                  value={name}
                  disabled={isReadOnly}
                  onChange={(event) => setName(event.target.value)}
                />
              </Form.Item>
              {held.key === null && (
                <Form.Item
                  label={t("calendars.key")}
                  htmlFor="calendar-key"
                  required
                  validateStatus={key && !KEY.test(key) ? "error" : ""}
                  extra={key && !KEY.test(key) ? t("calendars.keyWrong") : t("calendars.keyHelp")}
                >
                  <Input
                    id="calendar-key"
                    placeholder="head-office"
                    value={key}
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
                  years: held.knownYears.join(t("calendars.and")),
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
          {held.key !== null && may("flows.read") && <Uses calendar={held.key} />}
        </Flex>
        <Flex vertical gap={16}>
          <Card>
            <YearView
              document={document}
              year={year}
              setYear={setYear}
              knownYears={held.knownYears}
              open={isReadOnly ? undefined : setDay}
            />
            <Typography.Title level={2}>{t("calendars.special")}</Typography.Title>
            <Marked document={document} onChange={setDocument} isReadOnly={isReadOnly} />
          </Card>
          <DueCard document={document} />
        </Flex>
      </div>
      {day && (
        <DayDialog
          key={day}
          day={day}
          document={document}
          now={`${t(`calendars.kind.${kindOf(document, day, said)}`)} ${spans(said)}`}
          onChange={setDocument}
          close={() => setDay(null)}
        />
      )}
    </Page>
  )
}

function useKeep(held: Held) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const refresh = ["list_calendars", "read_calendar"] as const
  const make = useAct("create_calendar", {
    quiet: true,
    refresh: [...refresh],
    done: (made) => {
      void message.success(t("calendars.made"))
      void navigate(`/admin/calendars/${made.key}`, { replace: true })
    },
  })
  const update = useAct("update_calendar", {
    said: t("calendars.saved"),
    quiet: true,
    refresh: [...refresh],
  })
  const go = (key: string, name: string, document: CalendarDocument) => {
    const body = { name, document: document as Record<string, unknown> }
    if (held.key === null) make.mutate({ body: { ...body, key } })
    else update.mutate({ path: { key }, match: held.tag, body })
  }
  return { go, isBusy: make.isPending || update.isPending, fault: make.error ?? update.error }
}

function Uses({ calendar }: { calendar: string }) {
  const { t } = useTranslation()
  const query = useRead("list_calendar_uses", { path: { key: calendar } })
  return (
    <Card title={t("calendars.uses")}>
      <Loaded query={query}>
        {({ items }) => <UsesList items={items} empty={t("calendars.noUses")} />}
      </Loaded>
    </Card>
  )
}

function DeleteButton({ held }: { held: Held & { key: string } }) {
  const { t } = useTranslation()
  const may = useMay()
  const navigate = useNavigate()
  const { modal } = App.useApp()
  const path = { key: held.key }
  const uses = useRead("list_calendar_uses", { path }, { enabled: may("flows.read") })
  const isUsed = uses.data?.items.some((one) => one.is_live) ?? false
  const remove = useAct("delete_calendar", {
    said: t("calendars.deleted"),
    refresh: ["list_calendars"],
    done: () => void navigate("/admin/calendars", { replace: true }),
  })
  return (
    <Button
      danger
      disabled={isUsed}
      title={isUsed ? t("calendars.deleteInUse") : ""}
      onClick={() =>
        void modal.confirm({
          title: t("calendars.deleteTitle", { name: held.name }),
          content: t("calendars.deleteAbout"),
          okText: t("calendars.delete"),
          okButtonProps: { danger: true },
          cancelText: t("word.cancel"),
          onOk: () => remove.mutateAsync({ path }).catch(() => undefined),
        })
      }
    >
      {t("word.delete")}
    </Button>
  )
}
