import { useQuery } from "@tanstack/react-query"
import { App, Card, Flex, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useNavigate, useParams } from "react-router"
import { useAct } from "@/api/act"
import { callWithTag } from "@/api/client"
import { DeleteButton, KeptPage } from "@/api/KeptPage"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import { Uses } from "@/api/Uses"
import { CalendarForm, KEY } from "./CalendarForm"
import { DayDialog } from "./DayDialog"
import { DueCard } from "./DueCard"
import { type CalendarDocument, kindOf } from "./document"
import { Marked } from "./Marked"
import { useYear } from "./useYear"
import { useCalendarWords } from "./words"
import { YearView } from "./YearView"
import "./calendars.css"

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
    <KeptPage
      title={held.key === null ? t("calendars.new") : held.name}
      list={{ path: "/admin/calendars", name: t("menu.calendars") }}
      name={held.key}
      readOnly={isReadOnly && t("calendars.readOnly")}
      isChanged={isChanged}
      isReady={isReady}
      go={t(held.key === null ? "calendars.make" : "calendars.save")}
      keep={{ ...keep, go: () => keep.go(held.key ?? key, name.trim(), document) }}
      remove={held.key !== null && <Remove held={{ ...held, key: held.key }} />}
    >
      <div className="calendar-columns">
        <Flex vertical gap={16}>
          <CalendarForm
            name={name}
            setName={setName}
            newKey={held.key === null ? key : null}
            setKey={setKey}
            document={document}
            setDocument={setDocument}
            knownYears={held.knownYears}
            isReadOnly={isReadOnly}
          />
          {held.key !== null && may("flows.read") && <UsesOf calendar={held.key} />}
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
    </KeptPage>
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

function UsesOf({ calendar }: { calendar: string }) {
  const { t } = useTranslation()
  const query = useRead("list_calendar_uses", { path: { key: calendar } })
  return <Uses query={query} title={t("calendars.uses")} empty={t("calendars.noUses")} />
}

function Remove({ held }: { held: Held & { key: string } }) {
  const { t } = useTranslation()
  const may = useMay()
  const navigate = useNavigate()
  const path = { key: held.key }
  const uses = useRead("list_calendar_uses", { path }, { enabled: may("flows.read") })
  const isUsed = uses.data?.items.some((one) => one.is_live) ?? false
  const remove = useAct("delete_calendar", {
    said: t("calendars.deleted"),
    refresh: ["list_calendars"],
    done: () => void navigate("/admin/calendars", { replace: true }),
  })
  return (
    <DeleteButton
      inUse={isUsed && t("calendars.deleteInUse")}
      title={t("calendars.deleteTitle", { name: held.name })}
      about={t("calendars.deleteAbout")}
      go={t("calendars.delete")}
      remove={() => remove.mutateAsync({ path })}
    />
  )
}
