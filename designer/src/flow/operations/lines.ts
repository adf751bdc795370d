import { findEdge, findNode, listsOf, portOf } from "../graphs"
import { freshId, takenIds } from "../ids"
import type { Operation } from "./operation"

/** Draws a line. Whether it may be drawn is asked of `refuses` before. */
export function connect(from: string, port: string, to: string): Operation {
  return (flow) => {
    const found = findNode(flow, from)
    if (!found) return
    const { edges } = listsOf(found.graph)
    if (edges.some((e) => e.from === from && portOf(e) === port && e.to === to)) return
    const id = freshId(takenIds(flow), "e")
    edges.push(port === "out" ? { id, from, to } : { id, from, port, to })
  }
}

/** Leads a line elsewhere; it stays the same line. */
export function reconnect(id: string, from: string, port: string, to: string): Operation {
  return (flow) => {
    const line = findEdge(flow, id)
    if (!line) return
    line.edge.from = from
    line.edge.to = to
    if (port === "out") delete line.edge.port
    else line.edge.port = port
  }
}
