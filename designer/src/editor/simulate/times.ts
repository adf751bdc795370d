// What steps took in a test run or in the live flow, as a sentence for each.

import i18next from "i18next"
import { span } from "@/text/format"

/** Seconds of a distribution, as the server gives them. */
export interface Spread {
  count: number
  mean: number
  median: number
  p90: number
  longest: number
}

export interface StepTime {
  place: string
  node: string
  name: string
  entered: number
  waiting: Spread | null
  tasks: { count: number; queued: number; worked: number; longest: number } | null
}

export function sayTimes(report: Readonly<Record<string, unknown>> | null | undefined) {
  const steps = (report?.steps ?? []) as StepTime[]
  return new Map(
    steps.flatMap((step) => {
      const said = sayTime(step)
      return said === "" ? [] : [[step.node, said] as const]
    }),
  )
}

export function sayTime(step: StepTime): string {
  const said = [i18next.t("editor.heat.times", { count: step.entered })]
  if (step.waiting && step.waiting.count > 0) {
    said.push(i18next.t("editor.heat.waits", { time: span(step.waiting.median * 1000) }))
  }
  if (step.tasks) {
    said.push(i18next.t("editor.heat.queued", { time: span(step.tasks.queued * 1000) }))
    said.push(i18next.t("editor.heat.worked", { time: span(step.tasks.worked * 1000) }))
  }
  return step.entered > 0 ? said.join(" · ") : ""
}
