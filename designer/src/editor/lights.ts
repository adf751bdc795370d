// The trace of a run on the canvas: how each line and step looks, joined by id.

import { indexOf } from "@/flow/graphs"
import type { Flow } from "@/flow/types"

/** How a line or step looks after a test run or in a comparison. */
export type Light = "lit" | "grey" | "open" | "active" | "done" | "skipped" | "failed" | "waiting"

/** A step of a trace, as the server tells it. */
export interface TraceStep {
  path: string
  scope: string
  node: string
  name: string
  type_label: string
  status: string
  status_label: string
  ports: string[]
  port_labels: string[]
  reason: string
  values: Readonly<Record<string, unknown>>
  output: unknown
  error: { code?: string; message?: string } | null
  effects: readonly { connection?: string; action?: string; status?: string }[]
  started_at: string | null
  ended_at: string | null
}

/** What the ways are called by which a step was left; none where there was only the one on. */
export function waysOf(step: Pick<TraceStep, "ports" | "port_labels">): readonly string[] {
  return step.ports.every((port) => port === "out") ? [] : step.port_labels
}

export interface Trace extends Traced {
  steps: readonly TraceStep[]
}

/** As much of a trace as the canvas looks at. */
export interface Traced {
  steps: readonly { node: string; status: string }[]
  lines: Readonly<Record<string, Readonly<Record<string, string>>>>
}

const OF_STATUS: { [status: string]: Light } = {
  active: "active",
  waiting: "waiting",
  done: "done",
  failed: "failed",
  skipped: "skipped",
  cancelled: "skipped",
}
// A step in a box runs once per item: what matters most is shown.
const RANK: Light[] = ["skipped", "grey", "open", "done", "lit", "waiting", "active", "failed"]

export function lightsOf(trace: Traced | undefined): Map<string, Light> {
  const lights = new Map<string, Light>()
  const show = (id: string, light: Light | undefined) => {
    const before = lights.get(id)
    if (light && (!before || RANK.indexOf(light) > RANK.indexOf(before))) lights.set(id, light)
  }
  for (const step of trace?.steps ?? []) show(step.node, OF_STATUS[step.status])
  for (const scope of Object.values(trace?.lines ?? {})) {
    for (const [edge, state] of Object.entries(scope)) {
      show(edge, state === "lit" || state === "grey" ? state : "open")
    }
  }
  return lights
}

/** The lights after so many of the steps that were entered: lines of what comes later stay dark. */
export function lightsUntil(trace: Trace, flow: Flow, count: number): Map<string, Light> {
  const done = trace.steps.filter((step) => step.status !== "skipped").slice(0, count)
  const nodes = new Set(done.map((step) => step.node))
  const all = lightsOf(trace)
  const edges = indexOf(flow).edges
  return new Map(
    [...all].filter(([id]) => {
      const line = edges.get(id)
      return line ? nodes.has(line.edge.from) : nodes.has(id)
    }),
  )
}

/** What each step did, by its id: the last time it was entered. */
export function tracedOf(trace: Trace | undefined): Map<string, TraceStep> {
  const found = new Map<string, TraceStep>()
  for (const step of trace?.steps ?? []) {
    const before = found.get(step.node)
    if (!before || step.status !== "skipped") found.set(step.node, step)
  }
  return found
}
