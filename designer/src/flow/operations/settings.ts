import type { Blocks } from "../catalog"
import { findNode, listsOf, portOf } from "../graphs"
import { freshId, takenIds } from "../ids"
import { isError, portsOf } from "../ports"
import type { Flow, FlowNode, JsonObject, Note, Position } from "../types"
import type { Operation } from "./operation"

/** A new config. Lines and reminders of ports that are gone with it go too. */
export function setConfig(id: string, config: JsonObject, blocks: Blocks): Operation {
  return (flow) => {
    const found = findNode(flow, id)
    if (!found) return
    const { node, graph } = found
    const block = blocks.get(node.type)
    const before = new Set(portsOf(node, block).map((port) => port.id))
    node.config = config
    for (const port of portsOf(node, block)) before.delete(port.id)
    if (before.size === 0) return
    const lost = (port: string) => before.has(port) && !isError(port)
    graph.edges = listsOf(graph).edges.filter((e) => e.from !== id || !lost(portOf(e)))
    for (const port of Object.keys(node.handlers ?? {})) {
      if (lost(port)) delete node.handlers?.[port]
    }
  }
}

type Plain = Pick<FlowNode, "name" | "note" | "timeout" | "retry">

/** Name, remark, time-out and retry of a step; what is empty is left out. */
export function setStep(id: string, change: Partial<Plain>): Operation {
  return (flow) => {
    const node = findNode(flow, id)?.node
    if (node) assign(node, change)
  }
}

type Heading = Pick<Flow, "name" | "description" | "run_mode" | "params" | "cases">

/** What the flow says of itself. */
export function setFlow(change: Partial<Heading>): Operation {
  return (flow) => assign(flow, change)
}

/** The flow's name; empty while it is being typed anew, which the server will not take. */
export function setFlowName(name: string): Operation {
  return (flow) => {
    flow.name = name
  }
}

function assign<T extends object>(target: T, change: Partial<T>): void {
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === null || value === "") Reflect.deleteProperty(target, name)
    else Reflect.set(target, name, value)
  }
}

export function addNote(text: string, position: Position): Operation {
  return (flow) => {
    flow.notes ??= []
    flow.notes.push({ id: freshId(takenIds(flow), "note"), text, position })
  }
}

export function setNote(id: string, change: Partial<Omit<Note, "id">>): Operation {
  return (flow) => {
    const note = flow.notes?.find((one) => one.id === id)
    if (note) Object.assign(note, change)
  }
}
