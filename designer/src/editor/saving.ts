// Autosave: some moments after a change the whole document goes to the server with the revision it
// is based on. Somebody else's save in between stops it and is shown.

import { createStore, type StoreApi } from "zustand/vanilla"
import { isProblem } from "@/api/problem"
import { isSame } from "@/flow/diff"
import type { Flow } from "@/flow/types"
import type { FlowStoreApi } from "./store"

export interface Saving {
  state: "saved" | "dirty" | "saving" | "failed" | "conflict"
  revision: number
  savedAt: Date | null
  /** Why the last save failed. */
  fault: Error | null
}

export type SavingApi = StoreApi<Saving>
type Save = (flow: Flow, revision: number) => Promise<{ revision: number }>

const PAUSE = 900
const AGAIN = [2_000, 5_000, 15_000, 30_000]

export class Autosaver {
  readonly saving: SavingApi
  private base: Flow
  private timer: ReturnType<typeof setTimeout> | undefined
  private failures = 0
  private stopped = false
  private unsubscribe: () => void

  constructor(
    private readonly store: FlowStoreApi,
    revision: number,
    private readonly save: Save,
  ) {
    this.base = store.getState().flow
    this.saving = createStore<Saving>(() => ({
      state: "saved",
      revision,
      savedAt: null,
      fault: null,
    }))
    this.unsubscribe = store.subscribe((now, before) => {
      if (now.flow !== before.flow) this.changed()
    })
  }

  /** Whether there is something the server has not. */
  get isDirty(): boolean {
    const { flow } = this.store.getState()
    return flow !== this.base && !isSame(flow, this.base)
  }

  /** Nothing is sent any more; `dispose` at the end, `pause` while somebody else holds the lock. */
  pause(isPaused: boolean): void {
    this.stopped = isPaused
    clearTimeout(this.timer)
    if (!isPaused && this.isDirty) this.later(PAUSE)
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.unsubscribe()
  }

  /** Sends what there is at once; true when the server has it. */
  async now(): Promise<boolean> {
    clearTimeout(this.timer)
    while (this.saving.getState().state === "saving") await this.running
    if (!this.isDirty) {
      if (this.saving.getState().state === "dirty") this.saving.setState({ state: "saved" })
      return this.saving.getState().state === "saved"
    }
    if (this.stopped || this.saving.getState().state === "conflict") return false
    this.running = this.send()
    await this.running
    return this.saving.getState().state === "saved"
  }

  private running: Promise<void> = Promise.resolve()

  private async send(): Promise<void> {
    const { flow } = this.store.getState()
    const { revision } = this.saving.getState()
    this.saving.setState({ state: "saving", fault: null })
    try {
      const saved = await this.save(flow, revision)
      this.base = flow
      this.failures = 0
      this.saving.setState({
        state: this.isDirty ? "dirty" : "saved",
        revision: saved.revision,
        savedAt: new Date(),
      })
      if (this.isDirty) this.later(PAUSE)
    } catch (fault) {
      const isConflict = isProblem(fault) && fault.status === 412
      const error = fault instanceof Error ? fault : new Error(String(fault))
      this.saving.setState({ state: isConflict ? "conflict" : "failed", fault: error })
      if (!isConflict) this.later(AGAIN[Math.min(this.failures++, AGAIN.length - 1)] ?? PAUSE)
    }
  }

  /** Somebody else's document is known now: what is saved next is based on it. */
  rebase(theirs: Flow, revision: number): void {
    this.base = theirs
    this.saving.setState({ state: this.isDirty ? "dirty" : "saved", revision, fault: null })
    if (this.isDirty) this.later(0)
  }

  private changed(): void {
    const { state } = this.saving.getState()
    if (state === "conflict") return
    if (state !== "saving") this.saving.setState({ state: this.isDirty ? "dirty" : "saved" })
    this.later(PAUSE)
  }

  private later(ms: number): void {
    clearTimeout(this.timer)
    if (!this.stopped) this.timer = setTimeout(() => void this.now(), ms)
  }
}
