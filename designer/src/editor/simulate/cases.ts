// A case made of a test run: the event, and the way it took as what is expected.

import type { FlowCase, Json, JsonObject } from "@/flow/types"
import type { Trace } from "../lights"

const INDEX = /\[\d+\]|~\d*/g

/** Where a step stands in the document: "root/n5[2]/n6" is "n5/n6", as engine/core/coverage.py. */
export const placeOf = (path: string) => path.replace(INDEX, "").split("/").slice(1).join("/")

/** The case of a run; its name is the first free one. */
export function caseOf(
  event: Record<string, unknown>,
  trace: Trace & { status?: string },
  cases: readonly FlowCase[],
  words: string,
): FlowCase {
  const done = trace.steps.filter((step) => step.status === "done")
  const ports: JsonObject = {}
  for (const step of done) {
    if (step.ports.length === 1 && step.ports[0]) ports[placeOf(step.path)] = step.ports[0]
  }
  const expect: JsonObject = { starts: true, ports }
  if (trace.status) expect.status = trace.status
  const time = typeof event.time === "string" ? { now: event.time } : {}
  return {
    name: freshName(cases, words),
    event: event as { [name: string]: Json },
    expect,
    ...time,
  }
}

function freshName(cases: readonly FlowCase[], words: string): string {
  let number = cases.length + 1
  while (cases.some((one) => one.name === `${words} ${number}`)) number += 1
  return `${words} ${number}`
}
