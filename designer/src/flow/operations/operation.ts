// A change of the document: a recipe for the draft immer lends it. One per file, all of them pure.

import { findNode, graphAt, type ScopeId } from "../graphs"
import type { Flow, Graph } from "../types"

export type Operation = (flow: Flow) => void

/** The graph at a scope; made when it is a handler that is not there yet. */
export function openGraph(flow: Flow, scope: ScopeId): Graph | undefined {
  const found = graphAt(flow, scope)
  if (found) return found
  const [id, port] = scope.split("#")
  const holder = id ? findNode(flow, id)?.node : undefined
  if (!holder) return undefined
  if (port === undefined) {
    holder.body ??= { nodes: [], edges: [] }
    return holder.body ?? undefined
  }
  holder.handlers ??= {}
  holder.handlers[port] ??= { nodes: [], edges: [] }
  return holder.handlers[port]
}

/** The port a line goes on by when a step is put into it: the first its block draws. */
export function mainPort(ports: readonly { id: string }[]): string | null {
  return ports[0]?.id ?? null
}
