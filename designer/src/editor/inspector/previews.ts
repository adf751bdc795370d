// Many fields ask for their value on the sample at one time: one call answers all of them.

import { useMemo } from "react"
import { call } from "@/api/client"
import type { PreviewBody, PreviewItem } from "@/api/types"
import type { Schema } from "@/flow/catalog"
import { isRecord } from "@/flow/ports"
import type { Previewer, PreviewKind } from "@/forms/flow/surroundings"
import { type EditorParts, useEditor, useEditorSession } from "../context"

interface Waiting {
  kind: PreviewKind
  value: unknown
  take: (item: PreviewItem) => void
  refuse: (fault: unknown) => void
  signal: AbortSignal
}

const MOST = 60
const TOGETHER = 30

/** The previews of one step's fields on the chosen sample; undefined while there is none. */
export function usePreviewer(node: string, scope: Schema | undefined): Previewer | undefined {
  const parts = useEditor()
  const sample = useEditorSession((session) => session.sample)
  return useMemo(() => {
    if (!isRecord(sample) || !scope) return undefined
    const ask = batched((waiting) => send(parts, node, sample, waiting))
    return { key: `${node} ${numberOf(sample)} ${numberOf(scope)}`, ask }
  }, [parts, node, sample, scope])
}

function batched(sendAll: (waiting: Waiting[]) => Promise<void>): Previewer["ask"] {
  let waiting: Waiting[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    timer = undefined
    const asked = waiting.filter((one) => !one.signal.aborted)
    waiting = []
    for (let at = 0; at < asked.length; at += MOST) void sendAll(asked.slice(at, at + MOST))
  }
  return (kind, value, signal) =>
    new Promise((take, refuse) => {
      waiting.push({ kind, value, signal, take, refuse })
      signal.addEventListener("abort", () => refuse(signal.reason))
      if (timer === undefined) timer = setTimeout(flush, TOGETHER)
    })
}

async function send(
  parts: EditorParts,
  node: string,
  sample: Record<string, unknown>,
  waiting: Waiting[],
): Promise<void> {
  const stop = new AbortController()
  // The call is given up when nobody waits for it any more.
  const look = () => waiting.every((one) => one.signal.aborted) && stop.abort()
  for (const one of waiting) one.signal.addEventListener("abort", look)
  const event = isRecord(sample.event) ? sample.event : {}
  const now = typeof event.time === "string" ? { now: event.time } : {}
  const items = waiting.map(({ kind, value }, index) => ({ id: String(index), kind, value }))
  const body = { document: parts.store.getState().flow, node, sample, items, ...now }
  try {
    const found = await call("preview_expressions", {
      body: body as unknown as PreviewBody,
      signal: stop.signal,
    })
    waiting.forEach((one, index) => {
      const item = found.items[index]
      if (item) one.take(item)
      else one.refuse(new Error("no answer"))
    })
  } catch (fault) {
    for (const one of waiting) one.refuse(fault)
  }
}

const numbers = new WeakMap<object, number>()
let last = 0

/** A number for an object, so that it can be part of a key without being written out. */
function numberOf(thing: object): number {
  const known = numbers.get(thing)
  if (known !== undefined) return known
  last += 1
  numbers.set(thing, last)
  return last
}
