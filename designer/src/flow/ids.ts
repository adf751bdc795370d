// New ids: short, readable in an expression (`steps.wait2.at`), never one that was taken.

import { graphsOf } from "./graphs"
import type { Flow } from "./types"

/** Every id in use, of steps, lines and notes. */
export function takenIds(flow: Flow): Set<string> {
  const taken = new Set<string>()
  for (const { graph } of graphsOf(flow)) {
    for (const node of graph.nodes ?? []) taken.add(node.id)
    for (const edge of graph.edges ?? []) taken.add(edge.id)
  }
  for (const note of flow.notes ?? []) taken.add(note.id)
  return taken
}

/** `stem1`, `stem2`, ...: the first that is free; it is taken from now on. */
export function freshId(taken: Set<string>, stem: string): string {
  for (let number = 1; ; number += 1) {
    const id = `${stem}${number}`
    if (!taken.has(id)) {
      taken.add(id)
      return id
    }
  }
}

/** The stem for a block's steps: `douyin.ship_order` -> `ship_order`. */
export function stemOf(type: string): string {
  const last = type.split(".").at(-1) ?? type
  const stem = last.replace(/[^A-Za-z0-9_]/g, "_").slice(0, 40)
  return /^[A-Za-z]/.test(stem) ? stem : `n_${stem}`
}
