import type { RunShown } from "@/api/types"
import type { Tone } from "@/ui/StatusTag"
import type { EffectStatus, StepStatus } from "./trace"

export const RUN_TONES: Record<RunShown["status"], Tone> = {
  queued: "waiting",
  running: "working",
  waiting: "waiting",
  succeeded: "good",
  failed: "bad",
  cancelled: "none",
}

export const STEP_TONES: Record<StepStatus, Tone> = {
  idle: "none",
  active: "working",
  waiting: "waiting",
  done: "good",
  skipped: "none",
  cancelled: "none",
  failed: "bad",
}

export const EFFECT_TONES: Record<EffectStatus, Tone> = {
  pending: "waiting",
  sending: "working",
  delivered: "good",
  failed: "bad",
  unknown: "unsure",
  skipped: "none",
}
