// The flow document `jimu.flow/1` as the server takes and gives it. Members at their default may be
// absent, so it is read through graphs.ts and ports.ts; only operations/ changes it.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type JsonObject = { [name: string]: Json }

export interface Position {
  x: number
  y: number
}

/** How an effect of a step is tried again; times are ISO 8601 durations. */
export interface Retry {
  attempts?: number
  first?: string
  factor?: number
  max?: string
}

export interface FlowEdge {
  id: string
  from: string
  port?: string
  to: string
}

export interface FlowNode {
  id: string
  type: string
  version?: number
  name?: string
  note?: string
  config?: JsonObject
  position?: Partial<Position>
  body?: Graph | null
  retry?: Retry | null
  timeout?: string | null
  handlers?: { [port: string]: Graph }
}

export interface Graph {
  nodes?: FlowNode[]
  edges?: FlowEdge[]
}

export interface RunMode {
  mode?: "single" | "restart" | "queued" | "parallel"
  limit?: number
  key?: string
  reentry?: "always" | "once" | "once_per"
  period?: string | null
}

export interface FlowCase {
  name: string
  event: JsonObject
  customer?: JsonObject | null
  params?: JsonObject
  now?: string | null
  answers?: JsonObject
  expect?: JsonObject
}

/** A remark on the canvas; it means nothing to a run. */
export interface Note {
  id: string
  text: string
  position?: Partial<Position>
  width?: number
  height?: number
}

export interface Flow extends Graph {
  format?: "jimu.flow/1"
  key: string
  name: string
  description?: string
  params?: JsonObject
  run_mode?: RunMode
  cases?: FlowCase[]
  notes?: Note[]
}

/** One finding of the server's check. `path` is a JSON pointer into the document. */
export interface Problem {
  path: string
  message: string
  message_zh: string
  code: string
  level: string
  node?: string | null
}
