import {
  CaretRightOutlined,
  PauseOutlined,
  SaveOutlined,
  StepBackwardOutlined,
  StepForwardOutlined,
} from "@ant-design/icons"
import { App, Button, Flex, Select, Slider } from "antd"
import { useEffect, useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { setFlow } from "@/flow/operations/settings"
import { useDocument, useEditor, useEditorSession } from "../context"
import { Did } from "../inspector/OutputView"
import { lightsOf, lightsUntil, type TraceStep, waysOf } from "../lights"
import { select } from "../session"
import { caseOf } from "./cases"
import { readEvent } from "./useSample"
import type { Trial } from "./useTrial"

const BEAT = 800

/** The steps of one run: played, or one after the other, forward and back; one of them open. */
export function Walk({ trial, isOne }: { trial: Trial; isOne: boolean }) {
  const { trace, picked } = trial
  if (!trace) return null
  // Another run begins at its end again.
  return <Steps key={picked?.run_id} trial={trial} isOne={isOne} />
}

function Steps({ trial, isOne }: { trial: Trial; isOne: boolean }) {
  const parts = useEditor()
  const { session, view } = parts
  const { t } = useTranslation()
  const flow = useDocument((state) => state.flow)
  const { trace } = trial
  const steps = useMemo(
    () => trace?.steps.filter((step) => step.status !== "skipped") ?? [],
    [trace],
  )
  const [at, setAt] = useState(steps.length)
  const [open, setOpen] = useState<string | null>(null)
  const [isPlaying, setPlaying] = useState(false)
  const isWhole = at >= steps.length
  useEffect(() => {
    if (!trace) return
    session.setState({ lights: isWhole ? lightsOf(trace) : lightsUntil(trace, flow, at) })
  }, [trace, flow, at, isWhole, session])
  const go = (next: number) => {
    const place = Math.max(0, Math.min(steps.length, next))
    setAt(place)
    const step = steps[place - 1]
    // The step one is at is open, also while one walks on.
    setOpen(step?.path ?? null)
    if (step) view.current?.show([step.node])
    return place
  }
  useEffect(() => {
    if (!isPlaying) return
    const timer = setTimeout(() => {
      if (go(at + 1) >= steps.length) setPlaying(false)
    }, BEAT)
    return () => clearTimeout(timer)
  })
  const play = () => {
    if (!isPlaying && isWhole) go(0)
    setPlaying(!isPlaying)
  }
  const look = (step: TraceStep) => {
    setPlaying(false)
    setOpen(open === step.path ? null : step.path)
    select(session, [step.node])
    view.current?.show([step.node])
  }
  const detail = steps.find((step) => step.path === open)
  return (
    <>
      <Flex gap={4} align="center" wrap>
        <RunChoice trial={trial} />
        <Button
          size="small"
          icon={<StepBackwardOutlined />}
          aria-label={t("editor.trial.back")}
          title={t("editor.trial.back")}
          disabled={at <= 0}
          onClick={() => go(at - 1)}
        />
        <Button
          size="small"
          icon={isPlaying ? <PauseOutlined /> : <CaretRightOutlined />}
          aria-label={isPlaying ? t("editor.trial.pause") : t("editor.trial.play")}
          title={isPlaying ? t("editor.trial.pause") : t("editor.trial.play")}
          onClick={play}
        />
        <Button
          size="small"
          icon={<StepForwardOutlined />}
          disabled={steps.length === 0}
          onClick={() => go(isWhole ? 1 : at + 1)}
        >
          {t("editor.trial.step")}
        </Button>
        <Slider
          className="walk-slider"
          aria-label={t("editor.trial.place")}
          min={0}
          max={steps.length}
          value={at}
          onChange={go}
        />
        {isOne && <SaveCase trial={trial} />}
      </Flex>
      <div className="walk">
        <ol className="simulate-steps">
          {steps.slice(0, at).map((step) => (
            <li key={step.path}>
              <button
                type="button"
                className={`status-${step.status}`}
                aria-expanded={open === step.path}
                onClick={() => look(step)}
              >
                <b>{step.name || step.type_label}</b> <em>{waysOf(step).join(t("forms.and"))}</em>
                <span className="step-words">{step.reason}</span>
              </button>
            </li>
          ))}
        </ol>
        {detail && <Did key={detail.path} step={detail} />}
      </div>
    </>
  )
}

function RunChoice({ trial }: { trial: Trial }) {
  const { t } = useTranslation()
  if (trial.runs.length < 2) return null
  return (
    <Select
      size="small"
      aria-label={t("editor.trial.runs")}
      className="run-choice"
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
  )
}

/** Keeps the event with the way it went as a case of the flow. */
function SaveCase({ trial }: { trial: Trial }) {
  const { store } = useEditor()
  const { t } = useTranslation()
  const { message } = App.useApp()
  const readOnly = useEditorSession((one) => one.readOnly)
  const event = readEvent(useEditorSession((one) => one.eventText))
  const { trace, simulation } = trial
  if (readOnly || !event || !trace || simulation?.status !== "succeeded") return null
  const keep = () => {
    const cases = store.getState().flow.cases ?? []
    const made = caseOf(event, trace, cases, t("editor.cases.fresh"))
    store.getState().edit("cases", setFlow({ cases: [...cases, made] }))
    void message.success(t("editor.cases.saved", { name: made.name }))
  }
  return (
    <Button size="small" icon={<SaveOutlined />} onClick={keep}>
      {t("editor.cases.save")}
    </Button>
  )
}
