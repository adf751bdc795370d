// What a page will ask first is asked while its code is still coming.

import { type Answer, type CallName, call, type Given } from "./client"

/** Answers older than this are not begun with. */
const FRESH = 10_000

const begun = new Map<string, { at: number; answer: Promise<unknown> }>()

const keyOf = (name: CallName, given: object) => JSON.stringify([name, given])

/** Asks now; `early` gives the answer to whoever asks the same soon. */
export function begin<N extends CallName>(name: N, given: Given<N>): void {
  const answer = call(name, given)
  // Whoever takes the answer hears of a fault; nobody else needs to.
  answer.catch(() => undefined)
  begun.set(keyOf(name, given), { at: Date.now(), answer })
}

/** The answer that was begun with, once; null when nothing was. */
export function early<N extends CallName>(name: N, given: Given<N>): Promise<Answer<N>> | null {
  if (begun.size === 0) return null
  const key = keyOf(name, given)
  const found = begun.get(key)
  begun.delete(key)
  return found && Date.now() - found.at < FRESH ? (found.answer as Promise<Answer<N>>) : null
}
