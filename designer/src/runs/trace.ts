/** The trace of a run as `engine/core/trace.py` tells it. */
export interface Trace {
  status: string
  started_at: string | null
  ended_at: string | null
  steps: TraceStep[]
  scopes: {
    id: string
    parent: string
    kind: "root" | "box" | "flow" | "reminder"
    index: number
  }[]
  lines: Record<string, Record<string, "lit" | "grey">>
  signals: { kind: string; label: string; at: string; seq: number; token: string; port: string }[]
}

export interface TraceStep {
  path: string
  scope: string
  node: string
  name: string
  type: string
  type_label: string
  status: StepStatus
  status_label: string
  ports: string[]
  port_labels: string[]
  output: unknown
  values: Record<string, unknown>
  reason: string
  error: { code?: string; message?: string; [more: string]: unknown } | null
  effects: TraceEffect[]
  log: { at: string; status: string; port: string; reason: string }[]
  started_at: string
  ended_at: string | null
  ms: number
}

export type StepStatus = "idle" | "active" | "waiting" | "done" | "skipped" | "cancelled" | "failed"

export interface TraceEffect {
  key: string
  status: EffectStatus
  connection?: string
  action?: string
  class?: string
  args?: Record<string, unknown>
  attempts?: number
  made_at?: string
  ended_at?: string | null
  output?: unknown
  error?: { message?: string; [more: string]: unknown } | null
}

export type EffectStatus = "pending" | "sending" | "delivered" | "failed" | "unknown" | "skipped"

/** The steps people look at first: what was passed by stays folded away. */
export function walkedSteps(trace: Trace): TraceStep[] {
  return trace.steps.filter((step) => step.status !== "skipped")
}

/** How deep a step lies: inside boxes, called flows and reminders. */
export function depthOf(step: TraceStep): number {
  return step.scope.split("/").length - 1
}

/** Whether a person may have this step done again, in a run of this status. */
export function canRetry(step: TraceStep, runStatus: string): boolean {
  return (
    ["failed", "waiting", "running"].includes(runStatus) &&
    ["done", "failed", "cancelled"].includes(step.status)
  )
}
