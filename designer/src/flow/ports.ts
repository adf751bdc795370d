// The ports a step can be left by, as engine/core/ports.py reads them, and which lines may be drawn.

import type { Block, Blocks, Port } from "./catalog"
import { findNode, portOf } from "./graphs"
import type { Flow, FlowEdge, FlowNode, Graph, Json } from "./types"

const made = new WeakMap<FlowNode, { block: Block | undefined; ports: Port[] }>()

/** The drawn ports of a step in order: rows of its config first, then those of its type. */
export function portsOf(node: FlowNode, block: Block | undefined): Port[] {
  const known = made.get(node)
  if (known && known.block === block) return known.ports
  const ports: Port[] = block ? [...madePorts(node, block)] : []
  for (const port of block?.ports ?? []) {
    if (!ports.some((one) => one.id === port.id)) ports.push(port)
  }
  if (Object.isFrozen(node)) made.set(node, { block, ports })
  return ports
}

function* madePorts(node: FlowNode, block: Block): Generator<Port> {
  if (!block.ports_from) return
  const cut = block.ports_from.lastIndexOf(".")
  const [rows, key] = [block.ports_from.slice(0, cut), block.ports_from.slice(cut + 1)]
  const seen = new Set<string>()
  for (const row of rowsAt(node.config, rows)) {
    const id = row[key]
    if (typeof id === "string" && id !== "" && !seen.has(id)) {
      seen.add(id)
      yield { id, label: typeof row.name === "string" && row.name ? row.name : id }
    }
  }
}

/** The rows a pattern such as "branches[]" names. */
export function rowsAt(config: unknown, pattern: string): { [name: string]: Json }[] {
  let found: unknown[] = [config]
  for (const part of pattern.split(".")) {
    const name = part.replace("[]", "")
    const next: unknown[] = []
    for (const value of found) {
      const held = isRecord(value) ? value[name] : undefined
      if (part.endsWith("[]") && Array.isArray(held)) next.push(...held)
      else if (!part.endsWith("[]") && held !== undefined && held !== null) next.push(held)
    }
    found = next
  }
  return found.filter(isRecord)
}

export function isRecord(value: unknown): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

export const isError = (port: string) => port === "error" || port.startsWith("error:")

/** Ports beyond the drawn ones that this step has all the same: error routes, its own timeout. */
export function extraPorts(node: FlowNode, block: Block | undefined, graph: Graph): string[] {
  const drawn = new Set(portsOf(node, block).map((port) => port.id))
  const used = new Set(usedPorts(graph).get(node.id))
  if (node.timeout) used.add("timeout")
  for (const port of Object.keys(node.handlers ?? {})) used.add(port)
  return [...used].filter((port) => !drawn.has(port)).sort()
}

const used = new WeakMap<Graph, Map<string, Set<string>>>()

/** The ports lines leave by, for every step of a graph. */
export function usedPorts(graph: Graph): Map<string, Set<string>> {
  const known = used.get(graph)
  if (known) return known
  const found = new Map<string, Set<string>>()
  for (const edge of graph.edges ?? []) {
    const ports = found.get(edge.from) ?? new Set()
    found.set(edge.from, ports.add(portOf(edge)))
  }
  if (Object.isFrozen(graph)) used.set(graph, found)
  return found
}

export interface Refusal {
  code: "scope" | "self" | "trigger" | "cycle" | "double" | "missing"
}

/** Why a line may not be drawn; null when it may. `but` is the line that is being moved. */
export function refuses(
  flow: Flow,
  blocks: Blocks,
  from: string,
  port: string,
  to: string,
  but?: string,
): Refusal | null {
  const [source, target] = [findNode(flow, from), findNode(flow, to)]
  if (!source || !target) return { code: "missing" }
  if (from === to) return { code: "self" }
  if (source.scope !== target.scope) return { code: "scope" }
  if (blocks.get(target.node.type)?.kind === "trigger") return { code: "trigger" }
  const edges = (source.graph.edges ?? []).filter((edge) => edge.id !== but)
  if (edges.some((one) => one.from === from && portOf(one) === port && one.to === to)) {
    return { code: "double" }
  }
  return reaches(edges, to, from) ? { code: "cycle" } : null
}

/** Whether one can walk along lines from a step to another. */
export function reaches(edges: readonly FlowEdge[], from: string, to: string): boolean {
  const next = new Map<string, string[]>()
  for (const edge of edges) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to])
  const seen = new Set([from])
  const waiting = [from]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === to) return true
    for (const after of next.get(id) ?? []) {
      if (!seen.has(after)) {
        seen.add(after)
        waiting.push(after)
      }
    }
  }
  return false
}
