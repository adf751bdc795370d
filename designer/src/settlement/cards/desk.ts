import { createContext, useContext } from "react"
import type { Card, LockShown, ProblemItem, Rule, Term } from "@/api/types"
import { isWithin, stable } from "./pointer"

/** A problem of the card and the value it is about, named for good. */
export interface Placed {
  at: string
  problem: ProblemItem
}

/** What the fields of a card share: the document as it is being written, and what hangs on it. */
export interface Desk {
  key: string
  document: Card
  /** As it is stored: what locks and change requests speak of. */
  saved: Card
  currency: string
  set: (pointer: string, value: unknown) => void
  problems: readonly Placed[]
  locks: readonly LockShown[]
  isReadOnly: boolean
}

const DeskContext = createContext<Desk | null>(null)
export const DeskProvider = DeskContext.Provider

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error("a field of a card stands outside of its page")
  return desk
}

export function placed(document: unknown, problems: readonly ProblemItem[]): Placed[] {
  return problems.map((problem) => ({ at: stable(document, problem.path), problem }))
}

/** Problems of the value itself or of something in it. */
export function problemsIn(desk: Desk, pointer: string): Placed[] {
  return desk.problems.filter((one) => isWithin(pointer, one.at))
}

/** The lock that holds this value; one whose time is over holds nothing. */
export function lockOn(desk: Desk, pointer: string): LockShown | undefined {
  return desk.locks.find((lock) => isHeld(lock) && isWithin(lock.pointer, pointer))
}

/** A lock on a part of what stands at the pointer: it cannot be taken away whole. */
export function lockInside(desk: Desk, pointer: string): LockShown | undefined {
  return desk.locks.find((lock) => isHeld(lock) && isWithin(pointer, lock.pointer))
}

export function isHeld(lock: LockShown): boolean {
  return !lock.until || Date.parse(lock.until) > Date.now()
}

export function termOf(document: Card, key: string): Term | undefined {
  return document.terms.find((term) => term.key === key)
}

export function rulesOf(document: Card): Rule[] {
  return document.rules ?? []
}

/** A new id beside those that are taken: rule, rule-2, rule-3. */
export function freeId(taken: readonly string[], wish: string): string {
  let id = wish
  for (let number = 2; taken.includes(id); number++) id = `${wish}-${number}`
  return id
}
