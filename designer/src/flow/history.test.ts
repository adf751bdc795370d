import fc from "fast-check"
import { expect, it } from "vitest"
import catalogJson from "@/testing/catalog.json"
import { blocksOf, type Catalog } from "./catalog"
import { copyText, paste, readPiece } from "./clipboard"
import { freshNode } from "./defaults"
import { findNode, indexOf, portOf } from "./graphs"
import { edit, type History, redo, startHistory, undo } from "./history"
import { takenIds } from "./ids"
import { tidy } from "./layout"
import { addNode, appendBehind, insertOnLine } from "./operations/addNode"
import { ALIGNMENTS, align } from "./operations/align"
import { connect } from "./operations/lines"
import { moveNodes, regroup } from "./operations/moveNodes"
import type { Operation } from "./operations/operation"
import { removeSelection } from "./operations/removeSelection"
import { addNote, setConfig, setFlow, setNote, setStep } from "./operations/settings"
import { portsOf, reaches, refuses } from "./ports"
import type { Flow } from "./types"

const catalog = catalogJson as unknown as Catalog
const blocks = blocksOf(catalog)
const TYPES = ["event", "branch", "wait", "for_each", "loop", "notify", "approval", "join", "end"]

const start: Flow = {
  format: "jimu.flow/1",
  key: "demo",
  name: "示例",
  nodes: [
    { id: "start", type: "event", config: { type: "order.paid" }, position: { x: 0, y: 0 } },
    {
      note: "先看金额",
      id: "big",
      name: "大额？",
      type: "branch",
      config: { branches: [{ id: "yes", name: "是", when: "order.amount > 500" }] },
      position: { x: 280, y: 0 },
    },
    {
      id: "each",
      type: "for_each",
      config: { items: "order.lines" },
      body: { nodes: [{ id: "tell", type: "notify" }] },
    },
  ],
  edges: [
    { id: "a", from: "start", to: "big" },
    { id: "b", from: "big", port: "yes", to: "each" },
  ],
}

/** One random change, chosen by numbers so that a failing series can be read. */
function change(history: History, [what, a, b]: [number, number, number]): History {
  const { flow } = history
  const { nodes, edges, places } = indexOf(flow)
  const ids = [...nodes.keys()]
  const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % list.length]
  const id = pick(ids, a) ?? "none"
  const other = pick(ids, b) ?? "none"
  const scope = pick([...places.keys()], b) ?? ""
  const block = blocks.get(pick(TYPES, b) ?? "") ?? catalog.nodes[0]
  if (!block) return history
  const node = freshNode(block, takenIds(flow), { x: a * 10, y: b * 10 })
  const found = findNode(flow, id)?.node
  const port = found ? (pick(portsOf(found, blocks.get(found.type)), b)?.id ?? "error") : "out"
  const piece = readPiece(copyText(flow, [id, other]) ?? "")
  const operations: (Operation | null)[] = [
    addNode(node, scope),
    block.kind === "trigger" ? null : appendBehind(node, id, port),
    block.kind === "trigger" ? null : insertOnLine(node, pick([...edges.keys()], a) ?? "", blocks),
    removeSelection([id, pick([...edges.keys()], b) ?? ""], blocks),
    refuses(flow, blocks, id, port, other) ? null : connect(id, port, other),
    moveNodes(new Map([[id, { x: a * 7 - 300, y: b * 7 - 300 }]])),
    regroup([id], scope, new Map([[id, { x: a, y: b }]]), blocks),
    setConfig(id, { ...found?.config, branches: [] }, blocks),
    setStep(id, { name: a % 2 ? `步骤 ${a}` : "", note: b % 2 ? "记一笔" : "" }),
    setFlow({ description: a % 2 ? "说明" : "" }),
    addNote("便签", { x: a, y: b }),
    setNote(flow.notes?.[0]?.id ?? "", { text: `便签 ${a}` }),
    align([id, other], pick(ALIGNMENTS, a) ?? "left", blocks),
    piece ? paste(piece, scope, { x: a, y: b }, new Set()) : null,
    tidy(blocks),
  ]
  const operation = pick(operations, what)
  return operation ? edit(history, "change", operation) : history
}

const step = fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000))

function sound(flow: Flow): void {
  const { nodes, edges, places } = indexOf(flow)
  let count = 0
  for (const { graph } of places.values()) {
    count += graph.nodes?.length ?? 0
    const seen = new Set<string>()
    for (const edge of graph.edges ?? []) {
      expect(graph.nodes?.some((node) => node.id === edge.from)).toBe(true)
      expect(graph.nodes?.some((node) => node.id === edge.to)).toBe(true)
      const way = `${edge.from} ${portOf(edge)} ${edge.to}`
      expect(seen.has(way)).toBe(false)
      seen.add(way)
      const others = (graph.edges ?? []).filter((one) => one !== edge)
      expect(reaches(others, edge.to, edge.from)).toBe(false)
    }
  }
  expect(nodes.size).toBe(count)
  expect(edges.size).toBe([...places.values()].flatMap((one) => one.graph.edges ?? []).length)
}

it("undoes a long random edit back to the start document byte for byte, and redoes it", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
      const bytes = JSON.stringify(start)
      let history = startHistory(structuredClone(start))
      for (const one of steps) history = change(history, one)
      const end = JSON.stringify(history.flow)
      while (history.past.length > 0) history = undo(history)
      expect(JSON.stringify(history.flow)).toBe(bytes)
      while (history.future.length > 0) history = redo(history)
      expect(JSON.stringify(history.flow)).toBe(end)
    }),
    { numRuns: 60 },
  )
})

it("keeps every document whole: unique ids, lines within one graph, no cycle", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let history = startHistory(structuredClone(start))
      for (const one of steps) {
        history = change(history, one)
        sound(history.flow)
      }
    }),
    { numRuns: 40 },
  )
})

it("counts typing in one field as one step", () => {
  let history = startHistory(start)
  history = edit(history, "rename", setStep("big", { name: "大" }), "big/name/1")
  history = edit(history, "rename", setStep("big", { name: "大额" }), "big/name/1")
  history = edit(history, "rename", setStep("big", { name: "大额订单" }), "big/name/2")
  expect(history.past).toHaveLength(2)
  expect(undo(undo(history)).flow.nodes?.[1]?.name).toBe("大额？")
})

it("leaves no trace of a change that changes nothing", () => {
  const history = startHistory(start)
  expect(edit(history, "rename", setStep("big", { name: "大额？" }))).toBe(history)
})
