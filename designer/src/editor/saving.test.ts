import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { Problem } from "@/api/problem"
import { setFlowName } from "@/flow/operations/settings"
import type { Flow } from "@/flow/types"
import { Autosaver } from "./saving"
import { createFlowStore } from "./store"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function desk(save: (flow: Flow, revision: number) => Promise<{ revision: number }>) {
  const store = createFlowStore({ key: "demo", name: "示例" })
  const saver = new Autosaver(store, 4, save)
  const rename = (name: string) => store.getState().edit("rename", setFlowName(name))
  return { store, saver, rename, state: () => saver.saving.getState().state }
}

it("sends one document for several changes, with the revision it is based on", async () => {
  const save = vi.fn(async (_: Flow, revision: number) => ({ revision: revision + 1 }))
  const { saver, rename, state } = desk(save)
  rename("大")
  rename("大额")
  expect(state()).toBe("dirty")
  await vi.runAllTimersAsync()
  expect(save).toHaveBeenCalledTimes(1)
  expect(save.mock.calls[0]?.[0].name).toBe("大额")
  expect(save.mock.calls[0]?.[1]).toBe(4)
  expect(saver.saving.getState()).toMatchObject({ state: "saved", revision: 5 })
  rename("大额订单")
  await vi.runAllTimersAsync()
  expect(save.mock.calls[1]?.[1]).toBe(5)
})

it("sends nothing when a change was undone before it was saved", async () => {
  const save = vi.fn(async () => ({ revision: 5 }))
  const { store, rename, state } = desk(save)
  rename("大额")
  store.getState().undo()
  await vi.runAllTimersAsync()
  expect(save).not.toHaveBeenCalled()
  expect(state()).toBe("saved")
})

it("stops at somebody else's save until it is decided whose document stays", async () => {
  const conflict = new Problem(412, "stale", "已被他人修改", [], "")
  const save = vi.fn(async () => ({ revision: 9 })).mockRejectedValueOnce(conflict)
  const { saver, rename, state } = desk(save)
  rename("我的")
  await vi.runAllTimersAsync()
  expect(state()).toBe("conflict")
  rename("我的二")
  await vi.runAllTimersAsync()
  expect(save).toHaveBeenCalledTimes(1)
  saver.rebase({ key: "demo", name: "对方的" }, 8)
  await vi.runAllTimersAsync()
  expect(save).toHaveBeenCalledTimes(2)
  expect(save.mock.calls[1]).toEqual([{ key: "demo", name: "我的二" }, 8])
  expect(state()).toBe("saved")
})

it("tries again after a fault, and keeps what was changed meanwhile", async () => {
  const save = vi.fn(async () => ({ revision: 5 })).mockRejectedValueOnce(new Error("offline"))
  const { rename, state } = desk(save)
  rename("大额")
  await vi.advanceTimersByTimeAsync(1_000)
  expect(state()).toBe("failed")
  rename("大额订单")
  await vi.runAllTimersAsync()
  expect(save.mock.calls.at(-1)?.[0 as never]).toMatchObject({ name: "大额订单" })
  expect(state()).toBe("saved")
})

it("sends nothing while somebody else holds the lock", async () => {
  const save = vi.fn(async () => ({ revision: 5 }))
  const { saver, rename } = desk(save)
  saver.pause(true)
  rename("大额")
  await vi.runAllTimersAsync()
  expect(save).not.toHaveBeenCalled()
  saver.pause(false)
  await vi.runAllTimersAsync()
  expect(save).toHaveBeenCalledTimes(1)
})
