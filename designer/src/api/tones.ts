import type { Tone } from "@/ui/StatusTag"
import type { RunShown } from "./types"

/** How the state of a run looks, wherever it is told. */
export const RUN_TONES: Record<RunShown["status"], Tone> = {
  queued: "waiting",
  running: "working",
  waiting: "waiting",
  succeeded: "good",
  failed: "bad",
  cancelled: "none",
}
