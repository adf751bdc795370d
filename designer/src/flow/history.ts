// Undo and redo of everything. Documents are immutable and share what did not change, so a step
// keeps the document before it: undoing gives back that very document, byte for byte, which inverse
// patches would not (a member put back lands at the end of its object).

import { produce, setAutoFreeze } from "immer"
import type { Operation } from "./operations/operation"
import type { Flow } from "./types"

setAutoFreeze(true)

export interface Step {
  label: string
  before: Flow
  mergeKey?: string
}

export interface History {
  flow: Flow
  past: readonly Step[]
  future: readonly { label: string; after: Flow }[]
}

export const startHistory = (flow: Flow): History => ({
  flow: produce(flow, () => {}),
  past: [],
  future: [],
})

/** The history with one more change; the same history when nothing changed.
 *
 * Changes in a row with one mergeKey (typing in a field) are one step.
 */
export function edit(
  history: History,
  label: string,
  operation: Operation,
  mergeKey?: string,
): History {
  const flow = produce(history.flow, (draft) => {
    operation(draft as Flow)
  })
  if (flow === history.flow) return history
  const last = history.past.at(-1)
  if (last && mergeKey !== undefined && last.mergeKey === mergeKey) {
    return { flow, past: history.past, future: [] }
  }
  const step = { label, before: history.flow, ...(mergeKey === undefined ? {} : { mergeKey }) }
  return { flow, past: [...history.past, step], future: [] }
}

export function undo(history: History): History {
  const step = history.past.at(-1)
  if (!step) return history
  return {
    flow: step.before,
    past: history.past.slice(0, -1),
    future: [{ label: step.label, after: history.flow }, ...history.future],
  }
}

export function redo(history: History): History {
  const [step, ...future] = history.future
  if (!step) return history
  return {
    flow: step.after,
    past: [...history.past, { label: step.label, before: history.flow }],
    future,
  }
}
