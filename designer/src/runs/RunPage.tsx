import { App, Button, Card, Descriptions, Flex, Grid, Segmented, Typography } from "antd"
import { lazy, Suspense, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useParams } from "react-router"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import { RUN_TONES } from "@/api/tones"
import type { RunDetail } from "@/api/types"
import { span } from "@/text/format"
import { When } from "@/text/When"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"
import { useAsk } from "@/ui/useAsk"
import { outcomeOf } from "./outcome"
import { RunMoney } from "./RunMoney"
import { StepList } from "./StepList"
import { EFFECT_TONES } from "./tones"
import type { Trace } from "./trace"

const FlowView = lazy(async () => ({ default: (await import("@/editor/FlowView")).FlowView }))
const VIEWS = ["both", "steps", "canvas"] as const
const OVER = ["succeeded", "failed", "cancelled"]

export function RunPage() {
  const { runId = "" } = useParams()
  const query = useRead(
    "read_run",
    { path: { run_id: runId } },
    // A run under way is looked at again; one that is over never changes by itself.
    { every: 4_000 },
  )
  return <Loaded query={query}>{(found) => <Run found={found} />}</Loaded>
}

function Run({ found }: { found: RunDetail }) {
  const { t } = useTranslation()
  const { run } = found
  const trace = found.trace as unknown as Trace
  const isNarrow = !Grid.useBreakpoint().md
  const [chosen, setView] = useState<(typeof VIEWS)[number]>()
  const view = chosen ?? (isNarrow ? "steps" : "both")
  return (
    <Page
      title={
        <Flex gap={12} align="center" wrap>
          {found.flow_name}
          <StatusTag tone={RUN_TONES[run.status]}>{t(`runs.status.${run.status}`)}</StatusTag>
        </Flex>
      }
      about={
        <>
          <Link to="/runs">{t("menu.runs")}</Link> / <CopyText text={run.id} />
        </>
      }
      actions={<RunActions found={found} />}
    >
      <Card className="facts">
        <Descriptions
          column={{ xs: 1, sm: 2, lg: 4 }}
          items={[
            { key: "result", label: t("runs.result"), children: outcomeOf(run) },
            {
              key: "version",
              label: t("runs.version"),
              children: t("runs.versionOf", { number: found.version }),
            },
            { key: "start", label: t("runs.startedAt"), children: <When at={run.started_at} /> },
            {
              key: "took",
              label: t("runs.took"),
              children: run.ended_at
                ? span(Date.parse(run.ended_at) - Date.parse(run.started_at))
                : t("runs.underWay"),
            },
            {
              key: "owner",
              label: t("runs.owner"),
              children: <CopyText text={run.owner} />,
            },
            { key: "event", label: t("runs.event"), children: <EventOf id={run.event_id} /> },
          ]}
        />
      </Card>
      <Sent trace={trace} />
      <RunMoney eventId={run.event_id} />
      <Flex justify="space-between" align="center" wrap gap={8} className="section-head">
        <Typography.Title level={2}>{t("runs.steps")}</Typography.Title>
        <Segmented
          aria-label={t("runs.steps")}
          value={view}
          onChange={setView}
          options={VIEWS.map((each) => ({ value: each, label: t(`runs.view.${each}`) }))}
        />
      </Flex>
      {view !== "steps" && <RunCanvas found={found} onStep={showStep} />}
      {view !== "canvas" && <StepList trace={trace} run={run} />}
    </Page>
  )
}

/** Brings a step of the list into view: what it is on the canvas was clicked. */
function showStep(node: string) {
  const step = document.querySelector(`[data-node="${CSS.escape(node)}"]`)
  step?.scrollIntoView({ behavior: "smooth", block: "center" })
}

/** What went out, in one line: its true state, not that it was meant to go. */
function Sent({ trace }: { trace: Trace }) {
  const { t } = useTranslation()
  const sent = trace.steps.flatMap((step) => step.effects).filter((each) => each.connection)
  if (sent.length === 0) return null
  const states = [...new Set(sent.map((each) => each.status))]
  return (
    <Flex gap={8} wrap align="center">
      <Typography.Text type="secondary">{t("runs.sent", { count: sent.length })}</Typography.Text>
      {states.map((state) => (
        <StatusTag key={state} tone={EFFECT_TONES[state] ?? "none"}>
          {t(`runs.effect.${state}`)} {sent.filter((each) => each.status === state).length}
        </StatusTag>
      ))}
    </Flex>
  )
}

function RunActions({ found }: { found: RunDetail }) {
  const { t } = useTranslation()
  const may = useMay()
  const ask = useAsk()
  const { message } = App.useApp()
  const refresh = {
    refresh: ["read_run" as const, "list_runs" as const, "list_incidents" as const],
  }
  const told = () => void message.success(t("runs.asked"))
  const resume = useAct("resume_run", { ...refresh, done: told })
  const cancel = useAct("cancel_run", { ...refresh, done: told })
  if (!may("runs.act")) return null
  const path = { run_id: found.run.id }
  return (
    <>
      {!OVER.includes(found.run.status) && (
        <Button
          danger
          loading={cancel.isPending}
          onClick={() =>
            ask({
              title: t("runs.cancelTitle"),
              about: t("runs.cancelAbout"),
              go: t("runs.cancel"),
              isDanger: true,
              done: (reason) => cancel.mutateAsync({ path, body: { reason } }),
            })
          }
        >
          {t("runs.cancel")}
        </Button>
      )}
      {found.run.status === "failed" && (
        <Button
          type="primary"
          loading={resume.isPending}
          onClick={() =>
            ask({
              title: t("runs.resumeTitle"),
              about: t("runs.resumeAbout"),
              go: t("runs.resume"),
              done: (reason) => resume.mutateAsync({ path, body: { reason } }),
            })
          }
        >
          {t("runs.resume")}
        </Button>
      )}
    </>
  )
}

function EventOf({ id }: { id: string }) {
  const may = useMay()
  const query = useRead(
    "read_one_event",
    { path: { event_id: id } },
    { enabled: may("events.read") },
  )
  if (!query.data) return <CopyText text={id} shown={`…${id.slice(-6)}`} />
  return (
    <Link to={`/events/${id}`}>
      {query.data.type} · {query.data.subject}
    </Link>
  )
}

/** The version that ran, not today's draft, with the trace drawn on it. */
function RunCanvas({ found, onStep }: { found: RunDetail; onStep: (node: string) => void }) {
  const version = useRead("read_version", {
    path: { key: found.run.flow ?? "", which: String(found.version) },
  })
  return (
    <Loaded query={version}>
      {(document) => (
        <Suspense fallback={null}>
          <div className="canvas-box is-run">
            <FlowView flow={document} trace={found.trace} onStep={onStep} />
          </div>
        </Suspense>
      )}
    </Loaded>
  )
}
