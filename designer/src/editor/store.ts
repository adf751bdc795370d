// The flow document of one open editor with its history. Nothing else changes the document.

import { createStore, type StoreApi } from "zustand/vanilla"
import { edit, type History, redo, startHistory, undo } from "@/flow/history"
import type { Operation } from "@/flow/operations/operation"
import type { Flow } from "@/flow/types"

/** What an undo button says is undone: a key below `editor.did`. */
export type Deed =
  | "add"
  | "align"
  | "cases"
  | "config"
  | "connect"
  | "insert"
  | "move"
  | "note"
  | "paste"
  | "remove"
  | "rename"
  | "replace"
  | "settings"
  | "tidy"

export interface FlowStore extends History {
  edit: (deed: Deed, operation: Operation, mergeKey?: string) => void
  undo: () => void
  redo: () => void
  /** Another document in its place: undoable, as any change. */
  replace: (flow: Flow) => void
}

export type FlowStoreApi = StoreApi<FlowStore>

export function createFlowStore(flow: Flow): FlowStoreApi {
  return createStore<FlowStore>((set, get) => ({
    ...startHistory(flow),
    edit: (deed, operation, mergeKey) => set(edit(get(), deed, operation, mergeKey)),
    undo: () => set(undo(get())),
    redo: () => set(redo(get())),
    replace: (next) =>
      set(
        edit(get(), "replace", (draft) => {
          for (const name of Object.keys(draft)) Reflect.deleteProperty(draft, name)
          Object.assign(draft, next)
        }),
      ),
  }))
}
