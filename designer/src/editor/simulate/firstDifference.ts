// Where two runs of one event part: the first step that one of them did otherwise.

import type { Trace, TraceStep } from "../lights"

export interface Parting {
  node: string
  old: TraceStep | undefined
  new: TraceStep | undefined
}

/** The first step in the order of the earlier version that ended otherwise; null for none. */
export function firstDifference(old: Trace, fresh: Trace): Parting | null {
  const [before, after] = [entered(old), entered(fresh)]
  for (const [path, step] of before) {
    const other = after.get(path)
    if (!other || said(step) !== said(other)) return { node: step.node, old: step, new: other }
  }
  for (const [path, step] of after) {
    if (!before.has(path)) return { node: step.node, old: undefined, new: step }
  }
  return null
}

const entered = (trace: Trace) =>
  new Map(trace.steps.filter((one) => one.status !== "skipped").map((one) => [one.path, one]))

const said = (step: TraceStep) =>
  JSON.stringify([step.status, step.ports, step.output, step.error?.code ?? ""])
