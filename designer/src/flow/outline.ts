// A flow as an indented list: every step once, where one would tell of it; what joins again later is
// told after the branches that lead to it.

import type { Port } from "./catalog"
import { portOf } from "./graphs"
import type { Flow, FlowEdge, FlowNode, Graph } from "./types"

/** One line of the list. `edge` is the line it was reached by. */
export type Row = { depth: number; key: string; edge: string | null } & (
  | { kind: "step"; node: FlowNode; graph: Graph }
  | { kind: "way"; node: FlowNode; port: Port; isEmpty: boolean }
  | { kind: "jump"; to: FlowNode }
  | { kind: "box"; holder: FlowNode; port: Port | null; isEmpty: boolean; scope: string }
)

type PortsOf = (node: FlowNode, graph: Graph) => readonly Port[]

/** The rows of a document. `portsOf` gives a step's ports in order, with what they are called. */
export function outlineOf(flow: Flow, portsOf: PortsOf): Row[] {
  const rows: Row[] = []
  tell(flow, 0, rows, portsOf)
  return rows
}

/**
 * One graph.
 *
 * 1. From every step without a line into it, along the lines, ports in their order.
 * 2. A step that several lines lead to waits until all of them were told; each of the earlier ones
 *    becomes a row that points to it. It is told at the depth of the branching that it ends.
 * 3. What is left (a cycle the server will refuse) is told last, so that nothing is hidden.
 */
function tell(graph: Graph, depth: number, rows: Row[], portsOf: PortsOf): void {
  const nodes = graph.nodes ?? []
  const edges = graph.edges ?? []
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const open = new Map<string, number>()
  for (const { to } of edges) open.set(to, (open.get(to) ?? 0) + 1)
  const told = new Set<string>()
  // The branchings one is inside of, and for each join those that all its lines share so far.
  const inside: string[] = []
  const shared = new Map<string, readonly string[]>()
  const ready: { node: FlowNode; edge: string; owner: string }[] = []

  const goOn = (owner: string, at: number): void => {
    for (;;) {
      const next = ready.findIndex((one) => one.owner === owner)
      const [found] = next < 0 ? [] : ready.splice(next, 1)
      if (!found) return
      if (!told.has(found.node.id)) step(found.node, at, found.edge)
    }
  }

  const step = (node: FlowNode, at: number, edge: string | null): void => {
    told.add(node.id)
    rows.push({ kind: "step", key: node.id, depth: at, edge, node, graph })
    const ports = portsOf(node, graph)
    inner(node, at, ports)
    const lines = edges.filter((one) => one.from === node.id && byId.has(one.to))
    const ways = ports.filter(
      (port) => ports.length === 1 || !node.handlers?.[port.id] || hasLine(lines, port),
    )
    const [only] = ways
    if (ways.length === 1 && only && lines.length === 1 && lines[0]) {
      follow(lines[0], at)
    } else if (ways.length > 1 || lines.length > 1) {
      inside.push(node.id)
      for (const port of ways) {
        const own = lines.filter((line) => portOf(line) === port.id)
        const key = `${node.id}.${port.id}`
        rows.push({
          kind: "way",
          key,
          depth: at + 1,
          edge: own[0]?.id ?? null,
          node,
          port,
          isEmpty: own.length === 0,
        })
        for (const line of own) follow(line, at + 2)
      }
      // What all these ways lead to comes after them, no deeper than the branching.
      goOn(node.id, at)
      inside.pop()
    }
  }

  const follow = (line: FlowEdge, at: number): void => {
    const node = byId.get(line.to)
    if (!node || told.has(node.id)) return
    const left = (open.get(node.id) ?? 1) - 1
    open.set(node.id, left)
    const isJoin = edges.filter((one) => one.to === node.id).length > 1
    if (!isJoin) step(node, at, line.id)
    else {
      rows.push({ kind: "jump", key: `>${line.id}`, depth: at, edge: line.id, to: node })
      const before = shared.get(node.id) ?? inside
      const both = before.filter((one, index) => inside[index] === one)
      shared.set(node.id, [...both])
      if (left === 0) ready.push({ node, edge: line.id, owner: both.at(-1) ?? "" })
    }
  }

  const inner = (node: FlowNode, at: number, ports: readonly Port[]): void => {
    if (node.body) box(node, null, node.body, node.id, at)
    for (const [id, handler] of Object.entries(node.handlers ?? {})) {
      const port = ports.find((one) => one.id === id) ?? { id, label: id }
      box(node, port, handler, `${node.id}#${id}`, at)
    }
  }

  const box = (holder: FlowNode, port: Port | null, body: Graph, scope: string, at: number) => {
    const isEmpty = (body.nodes ?? []).length === 0
    rows.push({
      kind: "box",
      key: `[${scope}`,
      depth: at + 1,
      edge: null,
      holder,
      port,
      isEmpty,
      scope,
    })
    tell(body, at + 2, rows, portsOf)
  }

  for (const node of nodes) {
    if (open.has(node.id)) continue
    step(node, depth, null)
    goOn("", depth)
  }
  for (const node of nodes) if (!told.has(node.id)) step(node, depth, null)
}

const hasLine = (lines: readonly FlowEdge[], port: Port) =>
  lines.some((line) => portOf(line) === port.id)

/** What a row selects: its step, or the line it stands for. */
export function idOf(row: Row): string | null {
  if (row.kind === "step") return row.node.id
  return row.kind === "box" ? row.holder.id : row.edge
}
