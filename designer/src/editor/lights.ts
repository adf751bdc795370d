// The trace of a run on the canvas: how each line and step looks, joined by id.

import type { Light } from "./session"

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
