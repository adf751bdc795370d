import type { RunShown } from "@/api/types"

/** What the run says of its end: its result, or what stopped it. */
export function outcomeOf(run: RunShown): string {
  const output = run.output as { outcome?: unknown } | null | undefined
  const said = run.error?.message ?? output?.outcome
  return typeof said === "string" ? said : "—"
}
