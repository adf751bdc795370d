import { expect, it } from "vitest"
import { type HeldValue, lockOver } from "@/forms/flow/locks"
import { below, byPlace, pointerOf, valueAtPointer } from "./useFlowLocks"

const held = (path: string): HeldValue => ({
  path,
  owner: "总部管理员",
  placedBy: "李某",
  reason: "合同约定",
  until: null,
  ask: null,
})

it("finds the lock over a field, over what it stands in and inside of it", () => {
  const locks = [held("/rows/*/amount"), held("/limit")]
  expect(lockOver(locks, ["limit"])?.path).toBe("/limit")
  expect(lockOver(locks, ["rows", 3, "amount"])?.path).toBe("/rows/*/amount")
  expect(lockOver(locks, ["rows"])?.path).toBe("/rows/*/amount")
  expect(lockOver(locks, ["rows", 3, "name"])).toBeUndefined()
  expect(lockOver([held("")], ["anything"])).toBeDefined()
  expect(lockOver(undefined, ["limit"])).toBeUndefined()
})

it("sees a pointer of the document from inside of a step's config", () => {
  expect(below("/nodes/a/config/add", "/nodes/a/config")).toBe("/add")
  expect(below("/nodes/a", "/nodes/a/config")).toBe("")
  expect(below("/nodes/*/config/limit", "/nodes/a/config")).toBe("/limit")
  expect(below("/nodes/b/config/add", "/nodes/a/config")).toBeNull()
})

it("knows items of lists by their id and by their place", () => {
  const config = { rows: [{ id: "a" }, { id: "r2", amount: 5 }] }
  expect(byPlace("/rows/r2/amount", config)).toBe("/rows/1/amount")
  expect(byPlace("/rows/*/amount", config)).toBe("/rows/*/amount")
  expect(byPlace("", config)).toBe("")
  expect(valueAtPointer(config, "/rows/r2/amount")).toBe(5)
})

it("finds its way into boxes", () => {
  const body = { nodes: [{ id: "a", type: "x" }] }
  const flow = { key: "k", name: "n", nodes: [{ id: "loop", type: "l", body }] }
  expect(pointerOf(flow, "a")).toBe("/nodes/loop/body/nodes/a")
})
