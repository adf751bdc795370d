import { expect, it } from "vitest"
import type { EntryShown } from "@/api/types"
import { byOwner, movable } from "./states"

const entry = (key: string, account: string, state: string) =>
  ({ key, account, state }) as EntryShown

it("only money in the right state can be moved", () => {
  const all = ["estimated", "pending", "frozen", "settled", "paid", "void"].map((state) =>
    entry(state, "p|t", state),
  )
  const keys = (move: "freeze" | "release" | "void") => movable(all, move).map((one) => one.key)
  expect(keys("freeze")).toEqual(["pending"])
  expect(keys("release")).toEqual(["frozen"])
  expect(keys("void")).toEqual(["estimated", "pending", "frozen"])
})

it("each party's entries go in a call of their own", () => {
  const found = byOwner([
    entry("a", "pty_1|c.t|2026-11|k", "pending"),
    entry("b", "pty_2|c.t|2026-11|k", "pending"),
    entry("c", "pty_1|c.u|2026-11|k", "pending"),
  ])
  expect([...found]).toEqual([
    ["pty_1", ["a", "c"]],
    ["pty_2", ["b"]],
  ])
})
