import type { EntryShown, StatementShown } from "@/api/types"
import type { Tone } from "@/ui/StatusTag"

/** 预估 → 待结算 → (已冻结) → 已结算 → 已付款 | 已作废. */
export const MONEY_STATES = ["estimated", "pending", "frozen", "settled", "paid", "void"] as const
export type MoneyState = (typeof MONEY_STATES)[number]

export const MONEY_TONES: Record<MoneyState, Tone> = {
  estimated: "none",
  pending: "waiting",
  frozen: "paused",
  settled: "working",
  paid: "good",
  void: "bad",
}

export const STATEMENT_TONES: Record<StatementShown["state"], Tone> = {
  draft: "none",
  released: "waiting",
  confirmed: "working",
  disputed: "bad",
  paid: "good",
}

export function isMoneyState(value: string): value is MoneyState {
  return MONEY_STATES.some((state) => state === value)
}

export type Move = "freeze" | "release" | "void"

/** What may be done to money in a state: the server refuses anything else. */
const ALLOWED: Record<Move, readonly MoneyState[]> = {
  freeze: ["pending"],
  release: ["frozen"],
  void: ["estimated", "pending", "frozen"],
}

export function movable(entries: readonly EntryShown[], move: Move): EntryShown[] {
  return entries.filter((entry) => ALLOWED[move].some((state) => state === entry.state))
}

/** Whose lane moves an entry: the party its account belongs to. */
export function ownerOf(entry: Pick<EntryShown, "account">): string {
  return entry.account.split("|")[0] ?? ""
}

/** The entries by owner: one call for each. */
export function byOwner(entries: readonly EntryShown[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const entry of entries) {
    const owner = ownerOf(entry)
    found.set(owner, [...(found.get(owner) ?? []), entry.key])
  }
  return found
}
