import { CloseOutlined, PlayCircleOutlined, StepForwardOutlined } from "@ant-design/icons"
import { Alert, Button, Flex, Input, Progress, Segmented, Select, Slider, Tag } from "antd"
import { useEffect, useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { useRead } from "@/api/queries"
import type { Schema } from "@/flow/catalog"
import { JsonView } from "@/ui/JsonView"
import { useDocument, useEditor } from "../context"
import { jumpTo } from "../jump"
import { lightsOf } from "../lights"
import { sampleEvent, startTypes } from "./sample"
import { type Trial, useTrial } from "./useTrial"

type Source = "sample" | "cases" | "window"
const DAYS = [1, 7, 30] as const

/** An event the test run could not read. */
interface Bad {
  line: number
  path: string
  reason: { zh: string; en: string }
}

/** Tries what is on the canvas: a sample, the saved cases, or past events; the path lights up. */
export function SimulatePanel() {
  const { session, blocks } = useEditor()
  const { t, i18n } = useTranslation()
  const flow = useDocument((state) => state.flow)
  const [source, setSource] = useState<Source>("sample")
  const [days, setDays] = useState<(typeof DAYS)[number]>(7)
  const types = useMemo(
    () => startTypes(flow, (type) => blocks.get(type)?.kind === "trigger"),
    [flow, blocks],
  )
  const [type, setType] = useState<string | null>(null)
  const wanted = type ?? types[0] ?? null
  const [text, setText] = useState("")
  const trial = useTrial()
  const schema = useRead(
    "read_schema",
    { path: { name: wanted ?? "" } },
    { enabled: wanted !== null && !wanted.endsWith("*") },
  )
  useEffect(() => {
    if (schema.data && wanted) {
      setText(JSON.stringify(sampleEvent(wanted, schema.data as Schema), null, 2))
    }
  }, [schema.data, wanted])
  const past = useRead("list_events", { query: wanted ? { type: wanted, limit: 20 } : {} })
  const event = useMemo(() => read(text), [text])
  useEffect(() => {
    const data = (event?.data ?? {}) as object
    session.setState({ sample: event ? { event, ...data, customer: {} } : undefined })
  }, [event, session])
  const takePast = async (id: string) => {
    const { type, data, subject } = await call("read_one_event", { path: { event_id: id } })
    setText(JSON.stringify({ type, subject, data }, null, 2))
  }
  const run = () => {
    if (source === "sample" && event) void trial.start({ events: [event] })
    else if (source === "cases") void trial.start({ cases: [] })
    else {
      const until = new Date()
      const since = new Date(until.getTime() - days * 86_400_000)
      void trial.start({ window: { since: since.toISOString(), until: until.toISOString() } })
    }
  }
  const cases = flow.cases?.length ?? 0
  const bad = (trial.simulation?.report?.events as { bad?: Bad[] } | undefined)?.bad ?? []
  const isBusy = ["queued", "running"].includes(trial.simulation?.status ?? "")
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
              {
                value: "cases",
                label: t("editor.trial.cases", { count: cases }),
                disabled: cases === 0,
              },
              { value: "window", label: t("editor.trial.window") },
            ]}
          />
          {source === "sample" && types.length > 1 && (
            <Select
              size="small"
              aria-label={t("editor.trial.type")}
              value={wanted}
              options={types.map((one) => ({ value: one, label: one }))}
              onChange={setType}
            />
          )}
          {source === "sample" && (
            <Select
              size="small"
              style={{ width: 220 }}
              aria-label={t("editor.trial.past")}
              placeholder={t("editor.trial.past")}
              value={null}
              options={(past.data?.items ?? []).map((one) => ({
                value: one.id,
                label: `${one.subject || one.external_id} · ${new Date(one.time).toLocaleString()}`,
              }))}
              onChange={(id: string | null) => id !== null && void takePast(id)}
            />
          )}
          {source === "window" && (
            <Select
              size="small"
              aria-label={t("editor.trial.window")}
              value={days}
              options={DAYS.map((one) => ({
                value: one,
                label: t("editor.trial.days", { count: one }),
              }))}
              onChange={setDays}
            />
          )}
          <Button
            size="small"
            type="primary"
            icon={<PlayCircleOutlined />}
            loading={isBusy}
            disabled={source === "sample" && event === null}
            onClick={run}
          >
            {t("editor.trial.run")}
          </Button>
          <Covered trial={trial} />
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
        {source === "sample" && (
          <Input.TextArea
            className="simulate-event"
            aria-label={t("editor.trial.event")}
            spellCheck={false}
            value={text}
            status={event === null ? "error" : ""}
            onChange={(change) => setText(change.target.value)}
          />
        )}
        <div className="simulate-result">
          {trial.fault && <Alert type="error" showIcon title={trial.fault.message} />}
          {isBusy && (
            <Progress
              size="small"
              percent={Math.round(
                (100 * (trial.simulation?.done ?? 0)) / (trial.simulation?.total || 1),
              )}
            />
          )}
          {trial.simulation?.status === "failed" && (
            <Alert type="error" showIcon title={t("editor.trial.failed")} />
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
          {trial.simulation?.status === "succeeded" &&
            trial.runs.length === 0 &&
            bad.length === 0 && <Alert type="info" showIcon title={t("editor.trial.nobody")} />}
          <Walk trial={trial} />
        </div>
      </div>
    </section>
  )
}

function Covered({ trial }: { trial: Trial }) {
  const { t } = useTranslation()
  const coverage = trial.simulation?.report?.coverage as
    | { runs?: number; covered?: { ports?: [number, number] } }
    | undefined
  const ports = coverage?.covered?.ports
  if (!ports) return null
  return (
    <Tag color={ports[0] === ports[1] ? "green" : "blue"}>
      {t("editor.trial.covered", { done: ports[0], all: ports[1], runs: coverage?.runs ?? 0 })}
    </Tag>
  )
}

/** The steps of one run: all at once, or one after the other. */
function Walk({ trial }: { trial: Trial }) {
  const parts = useEditor()
  const { t } = useTranslation()
  const steps = trial.trace?.steps.filter((step) => step.status !== "skipped") ?? []
  const [at, setAt] = useState<number | null>(null)
  const [open, setOpen] = useState<string | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run begins at its end again
  useEffect(() => {
    setAt(null)
    setOpen(null)
  }, [trial.picked?.run_id])
  if (!trial.trace) return null
  const until = at ?? steps.length
  const go = (next: number) => {
    setAt(next)
    const shown = new Set(steps.slice(0, next).map((step) => step.node))
    const all = lightsOf(trial.trace)
    const lights = new Map([...all].filter(([id, light]) => shown.has(id) || light === "lit"))
    const step = steps[next - 1]
    parts.session.setState({ lights })
    if (step) parts.view.current?.show([step.node])
  }
  const detail = steps.find((step) => step.path === open)
  return (
    <>
      <Flex gap={8} align="center">
        {trial.runs.length > 1 && (
          <Select
            size="small"
            aria-label={t("editor.trial.runs")}
            style={{ width: 220 }}
            value={trial.picked?.run_id ?? null}
            options={trial.runs.map((run) => ({
              value: run.run_id,
              label: `${run.subject || run.event_id} · ${t(`editor.trial.status.${run.status as "succeeded"}`)}`,
            }))}
            onChange={(id) => {
              const run = trial.runs.find((one) => one.run_id === id)
              if (run) trial.pick(run)
            }}
          />
        )}
        <Slider
          style={{ flex: 1, maxWidth: 360 }}
          min={0}
          max={steps.length}
          value={until}
          onChange={go}
        />
        <Button
          size="small"
          icon={<StepForwardOutlined />}
          onClick={() => go(until >= steps.length ? 1 : until + 1)}
        >
          {t("editor.trial.step")}
        </Button>
      </Flex>
      <ol className="simulate-steps">
        {steps.slice(0, until).map((step) => (
          <li key={step.path}>
            <button
              type="button"
              className={`status-${step.status}`}
              onClick={() => {
                setOpen(open === step.path ? null : step.path)
                jumpTo(parts, step.node)
              }}
            >
              <b>{step.name || step.type_label}</b> <em>{step.port_labels.join("、")}</em>
              <span>{step.reason}</span>
            </button>
          </li>
        ))}
      </ol>
      {detail && <JsonView value={detail.output} />}
    </>
  )
}

function read(text: string): Record<string, unknown> | null {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : null
  } catch {
    return null
  }
}
