// What every part of the editor shares: the document, the session, the catalog.

import type { TFunction } from "i18next"
import { createContext, useContext } from "react"
import { useStore } from "zustand"
import type { Blocks, Catalog } from "@/flow/catalog"
import type { Position } from "@/flow/types"
import type { DragApi, Session, SessionApi } from "./session"
import type { FlowStore, FlowStoreApi } from "./store"

/** What only the canvas on the screen can do. */
export interface View {
  fit: () => void
  zoom: (by: "in" | "out" | "whole") => void
  /** Brings steps into sight, with so many pixels of the window `below` them. */
  show: (ids: readonly string[], below?: number) => void
  /** Where a step's middle is drawn, on the canvas. */
  placeOf: (id: string) => Position | null
  /** The middle of what is seen, on the canvas. */
  middle: () => Position
  focus: (id: string) => void
}

export interface EditorParts {
  flowKey: string
  store: FlowStoreApi
  session: SessionApi
  drag: DragApi
  view: { current: View | null }
  catalog: Catalog
  blocks: Blocks
  /** The language of the screen: hundreds of cards ask for their words, so they ask only once. */
  t: TFunction
  /** Sends what was changed; true when the server has all of it. */
  save: () => Promise<boolean>
}

export const EditorContext = createContext<EditorParts | null>(null)

export function useEditor(): EditorParts {
  const parts = useContext(EditorContext)
  if (!parts) throw new Error("outside of an editor")
  return parts
}

export function useDocument<T>(select: (store: FlowStore) => T): T {
  return useStore(useEditor().store, select)
}

export function useEditorSession<T>(select: (session: Session) => T): T {
  return useStore(useEditor().session, select)
}
