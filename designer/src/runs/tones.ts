import type { Tone } from "@/ui/StatusTag"
import type { EffectStatus, StepStatus } from "./trace"

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
