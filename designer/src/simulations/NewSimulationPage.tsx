import { Alert, Button, Card, Form, Input, Result, Segmented, Select } from "antd"
import { useEffect, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useAct } from "@/api/act"
import type { CallName } from "@/api/client"
import { Details, sentenceOf } from "@/api/Fault"
import { FlowSelect } from "@/api/FlowSelect"
import { Loaded } from "@/api/Loaded"
import { Problem } from "@/api/problem"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { SimulationBody, SimulationStarted, Start } from "@/api/types"
import { FileChoice, type Sent } from "@/editor/simulate/FileChoice"
import { problemsOfStart, StartForm } from "@/editor/simulate/StartForm"
import { startTypes } from "@/editor/simulate/sample"
import { type Door, doorsOf, firstStart } from "@/editor/simulate/starts"
import { readEvent, writeEvent } from "@/editor/simulate/useSample"
import { lastDays, WindowChoice } from "@/editor/simulate/WindowChoice"
import { blocksOf, type Catalog } from "@/flow/catalog"
import type { Flow } from "@/flow/types"
import { languageNow } from "@/text/set-up"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import "./simulations.css"

/** A test run from scratch: which flow, which version, and what it is tried on. */
export function NewSimulationPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [flow, setFlow] = useFilter("flow")
  const [which, setWhich] = useFilter("which")
  if (!may("simulations.run"))
    return <Result status="403" title={t("fault.notAllowed")} subTitle={t("starts.mayNot")} />
  return (
    <Page
      title={t("starts.title")}
      about={
        <>
          <Link to="/simulations">{t("menu.simulations")}</Link>
          {" / "}
          {t("starts.about")}
        </>
      }
    >
      <Card className="new-simulation">
        <Form layout="vertical" component="div">
          <Form.Item label={t("starts.flow")}>
            <FlowSelect value={flow} onChange={setFlow} placeholder={t("starts.chooseFlow")} />
          </Form.Item>
          {flow && <Versions flow={flow} which={which || "draft"} setWhich={setWhich} />}
        </Form>
      </Card>
    </Page>
  )
}

interface VersionsProps {
  flow: string
  which: string
  setWhich: (which: string) => void
}

/** The version that is tried; below it what it can be tried on. */
function Versions({ flow, which, setWhich }: VersionsProps) {
  const { t } = useTranslation()
  const [against, setAgainst] = useState<string | null>(null)
  const versions = useRead("list_versions", { path: { key: flow } })
  const document = useRead("read_version", { path: { key: flow, which } })
  const locale = languageNow() === "en" ? "en" : "zh"
  const catalog = useRead("read_catalog", { query: { locale } })
  const items = versions.data?.items ?? []
  const options = [
    { value: "draft", label: t("starts.draft") },
    ...(items.length > 0 ? [{ value: "live", label: t("starts.live") }] : []),
    ...items.slice(0, 20).map((one) => ({
      value: String(one.number),
      label: t("simulations.which.version", { number: one.number }),
    })),
  ]
  return (
    <>
      <Form.Item
        label={t("starts.which")}
        htmlFor="which"
        extra={items.length === 0 && versions.data ? t("starts.noVersions") : undefined}
      >
        <Select id="which" value={which} options={options} onChange={setWhich} />
      </Form.Item>
      {items.length > 0 && (
        <Form.Item label={t("starts.against")} htmlFor="against">
          <Select<string>
            id="against"
            value={against ?? ""}
            options={[
              { value: "", label: t("editor.trial.alone") },
              ...options.filter((one) => one.value !== which),
            ]}
            onChange={(next) => setAgainst(next || null)}
          />
        </Form.Item>
      )}
      <Loaded query={catalog}>
        {(known) => (
          <Loaded query={document}>
            {(found) => (
              <Sources
                key={`${flow} ${which}`}
                flow={found as unknown as Flow}
                catalog={known as unknown as Catalog}
                setup={{ flow, which, ...(against === null ? {} : { against }) }}
              />
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  )
}

const SOURCES = ["starts", "event", "file", "cases", "window"] as const
type Source = (typeof SOURCES)[number]

interface SourcesProps {
  flow: Flow
  catalog: Catalog
  setup: Pick<SimulationBody, "flow" | "which" | "against">
}

/** What it is tried on: a start, one event, a file of events, its cases, or past events. */
function Sources({ flow, catalog, setup }: SourcesProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const blocks = blocksOf(catalog)
  const doors = doorsOf(flow, blocks)
  const types = startTypes(flow, (type) => blocks.get(type)?.kind === "trigger")
  const cases = flow.cases?.length ?? 0
  const isOpen: Record<Source, boolean> = {
    starts: doors.length > 0,
    event: types.length > 0,
    file: types.length > 0,
    cases: cases > 0,
    window: types.length > 0,
  }
  const [source, setSource] = useState<Source>(() => SOURCES.find((one) => isOpen[one]) ?? "starts")
  const [start, setStart] = useState<Start>(() => (doors[0] ? firstStart(doors[0]) : {}))
  const [event, setEvent] = useState("")
  const [sent, setSent] = useState<Sent | null>(null)
  const [range, setRange] = useState(() => lastDays(7))
  const refresh: CallName[] = ["list_simulations"]
  const options = {
    quiet: true,
    refresh,
    done: (made: SimulationStarted) => void navigate(`/simulations/${made.id}`),
  }
  const run = useAct("start_simulation", options)
  const runFile = useAct("start_simulation_of_file", options)
  const read = readEvent(event)
  const tryOn = (chosen: Partial<SimulationBody>) => () =>
    run.mutate({ body: { ...setup, ...chosen } })
  const go: Record<Source, (() => void) | null> = {
    starts: doors.length > 0 ? tryOn({ starts: [start] }) : null,
    event: read ? tryOn({ events: [read] }) : null,
    file: isReadable(sent) ? () => runFile.mutate({ body: uploadOf(sent, setup) }) : null,
    cases: cases > 0 ? tryOn({ cases: [] }) : null,
    window: tryOn({ window: range }),
  }
  const asked = source === "file" ? runFile : run
  const begin = go[source]
  const items = run.error instanceof Problem ? run.error.items : []
  return (
    <>
      <Form.Item label={t("starts.with")}>
        <Segmented<Source>
          value={source}
          options={SOURCES.map((one) => ({
            value: one,
            label: t(`starts.sources.${one}`),
            disabled: !isOpen[one],
            ...(one === "cases" && !isOpen.cases ? { tooltip: t("starts.noCases") } : {}),
            ...(one === "starts" && !isOpen.starts ? { tooltip: t("starts.noStarts") } : {}),
          }))}
          onChange={setSource}
        />
      </Form.Item>
      <Chosen
        source={source}
        doors={doors}
        types={types}
        start={start}
        setStart={setStart}
        event={event}
        setEvent={setEvent}
        problems={problemsOfStart(items)}
      />
      {source === "file" && (
        <Form.Item extra={t("starts.fileAbout")}>
          <div className="file-choice">
            <FileChoice sent={sent} onChange={setSent} size="medium" />
          </div>
        </Form.Item>
      )}
      {source === "window" && (
        <div className="filters window-choice">
          <WindowChoice range={range} onChange={setRange} />
        </div>
      )}
      {asked.error && (
        <Alert
          type="error"
          showIcon
          className="section-head"
          title={sentenceOf(asked.error)}
          description={<Details fault={asked.error} />}
        />
      )}
      <Button
        type="primary"
        className="section-head"
        loading={asked.isPending}
        disabled={begin === null}
        onClick={() => begin?.()}
      >
        {t("starts.go")}
      </Button>
    </>
  )
}

/** A table says nothing without the mapping of its columns. */
const isReadable = (sent: Sent | null): sent is Sent =>
  sent !== null && (sent.described.format === "json" || sent.described.connection !== undefined)

function uploadOf(sent: Sent, setup: SourcesProps["setup"]): FormData {
  const body = new FormData()
  body.append("setup", JSON.stringify({ ...setup, file: sent.described }))
  body.append("file", sent.file)
  return body
}

interface ChosenProps {
  source: Source
  doors: readonly Door[]
  types: readonly string[]
  start: Start
  setStart: (start: Start) => void
  event: string
  setEvent: (event: string) => void
  problems: ReturnType<typeof problemsOfStart>
}

function Chosen(props: ChosenProps) {
  const { source, doors, types, start, setStart, event, setEvent, problems } = props
  if (source === "starts")
    return <StartForm doors={doors} value={start} onChange={setStart} problems={problems} />
  if (source !== "event") return null
  return <EventText types={types} value={event} onChange={setEvent} />
}

interface EventProps {
  types: readonly string[]
  value: string
  onChange: (value: string) => void
}

/** An event as JSON; it begins as the sample of the first type the flow listens to. */
function EventText({ types, value, onChange }: EventProps) {
  const { t } = useTranslation()
  const plain = types.filter((one) => !one.endsWith("*"))
  const [type, setType] = useState(plain[0] ?? "")
  const sample = useRead("read_sample_event", { path: { name: type } }, { enabled: type !== "" })
  const [isTouched, setTouched] = useState(false)
  // What is shown is what is sent, also when nobody has touched it.
  useEffect(() => {
    if (!isTouched && sample.data) onChange(writeEvent(sample.data))
  }, [isTouched, sample.data, onChange])
  return (
    <>
      {plain.length > 1 && (
        <Form.Item label={t("starts.eventType")} htmlFor="event-type">
          <Select
            id="event-type"
            value={type}
            options={plain.map((one) => ({ value: one, label: one }))}
            onChange={(next) => {
              setType(next)
              setTouched(false)
            }}
          />
        </Form.Item>
      )}
      <Form.Item
        label={t("starts.event")}
        htmlFor="event-text"
        {...(value !== "" && readEvent(value) === null
          ? { validateStatus: "error" as const, help: t("starts.eventWrong") }
          : {})}
      >
        <Input.TextArea
          id="event-text"
          className="code-input"
          spellCheck={false}
          autoSize={{ minRows: 6, maxRows: 24 }}
          value={value}
          onChange={(change) => {
            setTouched(true)
            onChange(change.target.value)
          }}
        />
      </Form.Item>
    </>
  )
}
