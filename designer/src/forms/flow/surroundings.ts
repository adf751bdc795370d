import type { PreviewItem } from "@/api/types"
import type { Catalog, Schema } from "@/flow/catalog"
import { useFormContext } from "../context"
import type { HeldValue } from "./locks"

export type PreviewKind = "expression" | "condition" | "template"

/** Asks for one value; several asked at one time go as one call. */
export interface Previewer {
  /** Changes when step, sample or names do. */
  key: string
  ask: (kind: PreviewKind, value: unknown, signal: AbortSignal) => Promise<PreviewItem>
}

/** What a form inside of a flow knows of it. */
export interface FlowSurroundings {
  catalog?: Catalog
  /** The names the step can read. */
  scope?: Schema
  /** Their values in the sample one looks at. */
  sample?: unknown
  /** Values on the sample, from the server. */
  preview?: Previewer
  /** What head office holds fast, by pointer into the value. */
  locks?: readonly HeldValue[]
  /** What the server said of the whole config; pointers into it. */
  problems?: readonly { path: string; message: string; message_zh: string }[]
}

export function useFlowSurroundings(): FlowSurroundings {
  return useFormContext() as FlowSurroundings
}
