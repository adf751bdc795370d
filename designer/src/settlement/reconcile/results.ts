import type { DifferenceShown } from "@/api/types"
import type { Tone } from "@/ui/StatusTag"

export const RESULTS = ["matched", "differing", "missing_ours", "missing_theirs"] as const
export type Result = (typeof RESULTS)[number]

export const RESULT_TONES: Record<Result, Tone> = {
  matched: "good",
  differing: "bad",
  missing_ours: "unsure",
  missing_theirs: "unsure",
}

export const WAYS = ["accepted", "claimed", "carried"] as const
export type Way = (typeof WAYS)[number]

/** Open differences, and those carried on, may still be resolved. */
export function isOpen(line: Pick<DifferenceShown, "status">): boolean {
  return line.status === "open" || line.status === "carried"
}
