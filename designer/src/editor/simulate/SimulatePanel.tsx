import { CloseOutlined, PlayCircleOutlined, StopOutlined } from "@ant-design/icons"
import { Alert, Button, Flex, Progress, Segmented, Select, Tabs } from "antd"
import { useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { isProblem } from "@/api/problem"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Start } from "@/api/types"
import { useDocument, useEditor, useEditorSession } from "../context"
import { select } from "../session"
import { Cases } from "./Cases"
import { Compared } from "./Compared"
import { Covered } from "./Covered"
import { FileChoice, type Sent } from "./FileChoice"
import type { Report } from "./report"
import { SampleChoice, SampleText } from "./SampleChoice"
import { problemsOfStart, StartForm } from "./StartForm"
import { doorsOf, firstStart, hearsEvents } from "./starts"
import { readEvent } from "./useSample"
import { type Trial, useTrial } from "./useTrial"
import { Walk } from "./Walk"
import { lastDays, type Range, WindowChoice } from "./WindowChoice"

type Source = "sample" | "starts" | "cases" | "window" | "file"

/** Tries what is on the canvas: a sample, a start, cases, past events or a file; the path lights up. */
export function SimulatePanel() {
  const { session, blocks } = useEditor()
  const { t } = useTranslation()
  const may = useMay()
  const flow = useDocument((state) => state.flow)
  const cases = flow.cases?.length ?? 0
  const doors = useMemo(() => doorsOf(flow, blocks), [flow, blocks])
  const text = useEditorSession((one) => one.eventText)
  // A flow that waits for no event is tried the way it is started.
  const [source, setSource] = useState<Source>(() =>
    doors.length > 0 && !hearsEvents(flow, blocks) ? "starts" : "sample",
  )
  const [start, setStart] = useState<Start>({})
  const door = doors.find((one) => one.node === start.node) ?? doors[0]
  const begun = door && (start.node === door.node ? start : firstStart(door))
  const [range, setRange] = useState<Range>(() => lastDays(7))
  const [sent, setSent] = useState<Sent | null>(null)
  const [against, setAgainst] = useState<string | null>(null)
  const trial = useTrial()
  const event = readEvent(text)
  const isReady = {
    sample: event !== null,
    starts: begun !== undefined,
    cases: cases > 0,
    window: true,
    file: sent !== null,
  }
  const run = () => {
    const more = against === null ? {} : { against }
    if (source === "sample" && event) void trial.start({ events: [event], ...more })
    else if (source === "starts" && begun) void trial.start({ starts: [begun], ...more })
    else if (source === "cases") void trial.start({ cases: [] })
    else if (source === "window") void trial.start({ window: range, ...more })
    else if (sent) void trial.startFile(sent.file, sent.described, more)
  }
  return (
    <section className="bottom-panel simulate" aria-label={t("editor.command.simulate")}>
      <header>
        <Flex gap={8} align="center" wrap>
          <strong>{t("editor.command.simulate")}</strong>
          <Segmented<Source>
            size="small"
            value={source}
            onChange={setSource}
            options={[
              { value: "sample", label: t("editor.trial.sample") },
              ...(doors.length > 0
                ? [{ value: "starts" as const, label: t("starts.source") }]
                : []),
              { value: "cases", label: t("editor.trial.cases", { count: cases }) },
              { value: "window", label: t("editor.trial.window") },
              { value: "file", label: t("editor.trial.file") },
            ]}
          />
          {source === "sample" && <SampleChoice />}
          {source === "window" && <WindowChoice range={range} onChange={setRange} />}
          {source === "file" && <FileChoice sent={sent} onChange={setSent} />}
          {source !== "cases" && <Against value={against} onChange={setAgainst} />}
          {may("simulations.run") && (
            <Button
              size="small"
              type="primary"
              icon={<PlayCircleOutlined />}
              loading={trial.isBusy}
              disabled={!isReady[source]}
              onClick={run}
            >
              {t("editor.trial.run")}
            </Button>
          )}
          {trial.isBusy && (
            <Button size="small" icon={<StopOutlined />} onClick={() => void trial.cancel()}>
              {t("word.cancel")}
            </Button>
          )}
          <Covered report={trial.simulation?.report as Report | null | undefined} />
          {trial.simulation?.status === "succeeded" && (
            <Link to={`/simulations/${trial.simulation.id}`}>{t("editor.trial.report")}</Link>
          )}
        </Flex>
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined />}
          aria-label={t("word.close")}
          onClick={() => session.setState({ panel: null })}
        />
      </header>
      <div className="simulate-body">
        {source === "sample" && <SampleText />}
        {source === "starts" && begun && (
          <StartForm
            doors={doors}
            value={begun}
            onChange={setStart}
            problems={problemsOfStart(isProblem(trial.fault) ? trial.fault.items : [])}
          />
        )}
        {source === "cases" && <Cases trial={trial} />}
        <div className="simulate-result">
          <Told trial={trial} />
          <Result trial={trial} isOne={source === "sample"} />
        </div>
      </div>
    </section>
  )
}

/** The version it is compared with. */
function Against(props: { value: string | null; onChange: (value: string | null) => void }) {
  const { flowKey } = useEditor()
  const { t } = useTranslation()
  const versions = useRead("list_versions", { path: { key: flowKey } })
  const items = versions.data?.items ?? []
  if (items.length === 0) return null
  return (
    <Select
      size="small"
      aria-label={t("editor.trial.against")}
      value={props.value ?? ""}
      onChange={(value) => props.onChange(value === "" ? null : value)}
      options={[
        { value: "", label: t("editor.trial.alone") },
        { value: "live", label: t("editor.trial.withLive") },
        ...items.slice(0, 20).map((one) => ({
          value: String(one.number),
          label: t("editor.trial.withVersion", { number: one.number }),
        })),
      ]}
    />
  )
}

/** How far it is, and what went wrong with it as a whole. */
function Told({ trial }: { trial: Trial }) {
  const { t, i18n } = useTranslation()
  const { simulation, fault, isBusy, runs } = trial
  const report = simulation?.report as Report | null | undefined
  const bad = report?.events.bad ?? []
  const isEmpty = simulation?.status === "succeeded" && runs.length === 0 && bad.length === 0
  return (
    <>
      {fault && <Alert type="error" showIcon title={fault.message} />}
      {isBusy && (
        <div role="status">
          <Progress
            size="small"
            aria-label={t("editor.command.simulate")}
            percent={Math.round((100 * (simulation?.done ?? 0)) / (simulation?.total || 1))}
          />
          {simulation?.said}
        </div>
      )}
      {simulation?.status === "failed" && (
        <Alert type="error" showIcon title={t("editor.trial.failed")} />
      )}
      {simulation?.status === "cancelled" && (
        <Alert type="info" showIcon title={t("editor.trial.stopped")} />
      )}
      {bad.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t("editor.trial.bad", { count: bad.length })}
          description={bad.slice(0, 5).map((one) => (
            <div key={`${one.line} ${one.path}`}>
              {one.path} {i18n.language === "en" ? one.reason.en : one.reason.zh}
            </div>
          ))}
        />
      )}
      {isEmpty && !report?.cases && <Nobody />}
    </>
  )
}

/** Nothing began: the trigger's form says what it waits for, with the sample's values. */
function Nobody() {
  const { session, store, blocks } = useEditor()
  const { t } = useTranslation()
  const trigger = store
    .getState()
    .flow.nodes?.find((node) => blocks.get(node.type)?.kind === "trigger")
  return (
    <Alert
      type="info"
      showIcon
      title={t("editor.trial.nobody")}
      action={
        trigger && (
          <Button size="small" onClick={() => select(session, [trigger.id])}>
            {t("editor.trial.whyNobody")}
          </Button>
        )
      }
    />
  )
}

function Result({ trial, isOne }: { trial: Trial; isOne: boolean }) {
  const { flowKey } = useEditor()
  const { t } = useTranslation()
  const flow = useDocument((state) => state.flow)
  const { simulation } = trial
  const report = simulation?.report as Report | null | undefined
  if (!simulation || !report?.comparison) return <Walk trial={trial} isOne={isOne} />
  return (
    <Tabs
      size="small"
      items={[
        {
          key: "path",
          label: t("editor.trial.path"),
          children: <Walk trial={trial} isOne={isOne} />,
        },
        {
          key: "compared",
          label: t("editor.compared.title"),
          children: (
            <Compared simulation={simulation} report={report} flowKey={flowKey} document={flow} />
          ),
        },
      ]}
    />
  )
}
