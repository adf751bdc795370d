import { App, Button, Card, Descriptions, Flex, Segmented, Typography } from "antd"
import { lazy, Suspense, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useParams } from "react-router"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { RunDetail } from "@/api/types"
import { span } from "@/text/format"
import { When } from "@/text/When"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"
import { useAsk } from "@/ui/useAsk"
import { outcomeOf } from "./RunsPage"
import { StepList } from "./StepList"
import { RUN_TONES } from "./tones"
import type { Trace } from "./trace"

const FlowView = lazy(async () => ({ default: (await import("@/editor/FlowView")).FlowView }))
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
  const [view, setView] = useState<"steps" | "canvas">("steps")
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
      <Flex justify="space-between" align="center" wrap gap={8} className="section-head">
        <Typography.Title level={2}>{t("runs.steps")}</Typography.Title>
        <Segmented
          value={view}
          onChange={setView}
          options={[
            { value: "steps", label: t("runs.asSteps") },
            { value: "canvas", label: t("runs.asCanvas") },
          ]}
        />
      </Flex>
      {view === "steps" ? <StepList trace={trace} run={run} /> : <RunCanvas found={found} />}
    </Page>
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
function RunCanvas({ found }: { found: RunDetail }) {
  const version = useRead("read_version", {
    path: { key: found.run.flow ?? "", which: String(found.version) },
  })
  return (
    <Loaded query={version}>
      {(document) => (
        <Suspense fallback={null}>
          <div className="canvas-box">
            <FlowView flow={document} trace={found.trace} />
          </div>
        </Suspense>
      )}
    </Loaded>
  )
}
