import { Button, Collapse, Descriptions, Flex, Switch, Timeline, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { useMay } from "@/api/session"
import type { RunShown } from "@/api/types"
import { waysOf } from "@/editor/lights"
import { exactTime, span } from "@/text/format"
import { JsonView } from "@/ui/JsonView"
import { StatusTag } from "@/ui/StatusTag"
import { useAsk } from "@/ui/useAsk"
import { EffectCard } from "./EffectCard"
import { STEP_TONES } from "./tones"
import { canRetry, depthOf, type Trace, type TraceStep, walkedSteps } from "./trace"

const DOTS: Record<string, string> = {
  good: "green",
  working: "blue",
  waiting: "blue",
  bad: "red",
  none: "gray",
}

/** What the run did, in order: each step with its reason; everything else one click away. */
export function StepList({ trace, run }: { trace: Trace; run: RunShown }) {
  const { t } = useTranslation()
  const [showsAll, setShowsAll] = useState(false)
  const skipped = trace.steps.length - walkedSteps(trace).length
  const steps = showsAll ? trace.steps : walkedSteps(trace)
  return (
    <>
      {skipped > 0 && (
        <Flex gap={8} align="center" className="section-head">
          <Switch size="small" id="shows-all" checked={showsAll} onChange={setShowsAll} />
          <label htmlFor="shows-all">{t("runs.showSkipped", { count: skipped })}</label>
        </Flex>
      )}
      {steps.length === 0 && (
        <Typography.Text type="secondary">{t("runs.noSteps")}</Typography.Text>
      )}
      <Timeline
        items={steps.map((step) => ({
          key: step.path,
          color: DOTS[STEP_TONES[step.status]] ?? "gray",
          content: <Step step={step} run={run} />,
        }))}
      />
    </>
  )
}

function Step({ step, run }: { step: TraceStep; run: RunShown }) {
  const { t } = useTranslation()
  const round = /[[~](\d+)\]?$/.exec(step.scope)?.[1]
  return (
    <div style={{ marginInlineStart: depthOf(step) * 20 }} className="step" data-node={step.node}>
      <Flex gap={8} align="center" wrap>
        <Typography.Text strong>{step.name}</Typography.Text>
        <Typography.Text type="secondary">{step.type_label}</Typography.Text>
        <StatusTag tone={STEP_TONES[step.status]}>{step.status_label}</StatusTag>
        {round !== undefined && (
          <Typography.Text type="secondary">
            {t("runs.round", { number: Number(round) + 1 })}
          </Typography.Text>
        )}
        {waysOf(step).length > 0 && (
          <Typography.Text>→ {waysOf(step).join(t("forms.and"))}</Typography.Text>
        )}
        <Typography.Text type="secondary" className="step-time">
          {exactTime(step.started_at).slice(11)}
          {step.ended_at && ` · ${span(Date.parse(step.ended_at) - Date.parse(step.started_at))}`}
        </Typography.Text>
        <RetryButton step={step} run={run} />
      </Flex>
      {step.reason && <Typography.Paragraph>{step.reason}</Typography.Paragraph>}
      {step.error && (
        <Typography.Paragraph type="danger">
          {step.error.message ?? step.error.code}
        </Typography.Paragraph>
      )}
      {step.effects.map((effect) => (
        <EffectCard key={effect.key} effect={effect} />
      ))}
      {step.status !== "skipped" && (
        <Collapse
          ghost
          size="small"
          items={[{ key: "more", label: t("runs.details"), children: <Details step={step} /> }]}
        />
      )}
    </div>
  )
}

function RetryButton({ step, run }: { step: TraceStep; run: RunShown }) {
  const { t } = useTranslation()
  const may = useMay()
  const ask = useAsk()
  const retry = useAct("retry_run", {
    said: t("runs.asked"),
    refresh: ["read_run", "list_runs", "list_incidents"],
  })
  if (!may("runs.act") || !canRetry(step, run.status)) return null
  return (
    <Button
      size="small"
      loading={retry.isPending}
      onClick={() =>
        ask({
          title: t("runs.retryTitle", { step: step.name }),
          about: t("runs.retryAbout"),
          go: t("runs.retry"),
          done: (reason) =>
            retry.mutateAsync({ path: { run_id: run.id }, body: { step: step.path, reason } }),
        })
      }
    >
      {t("runs.retry")}
    </Button>
  )
}

function Details({ step }: { step: TraceStep }) {
  const { t } = useTranslation()
  return (
    <Flex vertical gap={12}>
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { key: "at", label: t("runs.startedAt"), children: exactTime(step.started_at) },
          {
            key: "took",
            label: t("runs.took"),
            children: step.ended_at
              ? span(Date.parse(step.ended_at) - Date.parse(step.started_at))
              : t("runs.underWay"),
          },
        ]}
      />
      {step.log.length > 1 && (
        <ul className="step-log">
          {step.log.map((line) => (
            <li key={`${line.at} ${line.status} ${line.reason}`}>
              <Typography.Text type="secondary">{exactTime(line.at)}</Typography.Text> {line.reason}
            </li>
          ))}
        </ul>
      )}
      {Object.keys(step.values).length > 0 && (
        <Labelled label={t("runs.values")} value={step.values} />
      )}
      {step.output !== null && <Labelled label={t("runs.output")} value={step.output} />}
    </Flex>
  )
}

function Labelled({ label, value }: { label: string; value: unknown }) {
  return (
    <div>
      <Typography.Text type="secondary">{label}</Typography.Text>
      <JsonView value={value} />
    </div>
  )
}
