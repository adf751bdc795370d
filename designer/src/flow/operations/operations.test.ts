import { produce } from "immer"
import { expect, it } from "vitest"
import catalogJson from "@/testing/catalog.json"
import { blocksOf, type Catalog } from "../catalog"
import { copyText, paste, readPiece } from "../clipboard"
import { freshNode } from "../defaults"
import { overlap, rectOf } from "../geometry"
import { findEdge, findNode, graphAt, portOf } from "../graphs"
import { takenIds } from "../ids"
import { placed, tidy } from "../layout"
import { refuses } from "../ports"
import type { Flow } from "../types"
import { appendBehind, insertOnLine, placeBehind } from "./addNode"
import { reconnect } from "./lines"
import { moveNodes, regroup } from "./moveNodes"
import type { Operation } from "./operation"
import { removeSelection } from "./removeSelection"
import { setConfig } from "./settings"

const blocks = blocksOf(catalogJson as unknown as Catalog)
const wait = blocks.get("wait")
if (!wait) throw new Error("the catalog has no wait")

const flow: Flow = {
  key: "demo",
  name: "示例",
  nodes: [
    { id: "start", type: "event", position: { x: 0, y: 0 } },
    {
      id: "big",
      type: "branch",
      position: { x: 260, y: 0 },
      config: {
        branches: [
          { id: "yes", name: "是", when: "order.amount > 5" },
          { id: "no", name: "否", when: "true" },
        ],
      },
    },
    { id: "tell", type: "notify", position: { x: 520, y: 0 } },
    { id: "done", type: "end", position: { x: 780, y: 0 } },
    { id: "each", type: "for_each", position: { x: 520, y: 300 }, body: { nodes: [] } },
  ],
  edges: [
    { id: "a", from: "start", to: "big" },
    { id: "b", from: "big", port: "yes", to: "tell" },
    { id: "c", from: "tell", to: "done" },
    { id: "d", from: "big", port: "no", to: "each" },
  ],
}

const after = (operation: Operation, from: Flow = flow) =>
  produce(from, (draft) => operation(draft))
const fresh = (from: Flow = flow) => freshNode(wait, takenIds(from), { x: 0, y: 0 })
const ways = (from: Flow, scope = "") =>
  (graphAt(from, scope)?.edges ?? []).map((e) => `${e.from}.${portOf(e)}>${e.to}`).sort()

it("puts a step into a line and makes room for it", () => {
  const made = after(insertOnLine(fresh(), "c", blocks))
  expect(ways(made)).toContain("tell.out>wait1")
  expect(ways(made)).toContain("wait1.out>done")
  expect(findEdge(made, "c")?.edge.to).toBe("wait1")
  const [one, next] = [findNode(made, "wait1"), findNode(made, "done")]
  if (!one || !next) throw new Error("a step is missing")
  expect(overlap(rectOf(one.node, blocks, made), rectOf(next.node, blocks, made))).toBe(false)
})

it("appends behind a port where nothing is covered", () => {
  const at = placeBehind(flow, blocks, "big", "yes")
  const node = { ...fresh(), position: at }
  const made = after(appendBehind(node, "big", "yes"))
  expect(ways(made)).toContain("big.yes>wait1")
  const rect = rectOf(node, blocks, made)
  for (const other of made.nodes ?? []) {
    if (other.id !== "wait1") expect(overlap(rect, rectOf(other, blocks, made))).toBe(false)
  }
})

it("heals the line through a removed step, keeping the port it came from", () => {
  expect(ways(after(removeSelection(["tell"], blocks)))).toEqual([
    "big.no>each",
    "big.yes>done",
    "start.out>big",
  ])
})

it("heals nothing where it is unclear what follows", () => {
  expect(ways(after(removeSelection(["big"], blocks)))).toEqual(["tell.out>done"])
})

it("heals through several removed steps in a row", () => {
  const made = after(removeSelection(["tell", "done"], blocks))
  expect(ways(made)).toEqual(["big.no>each", "start.out>big"])
})

it("takes away the lines of a port that is gone from the config", () => {
  const config = { branches: [{ id: "yes", name: "是", when: "true" }] }
  expect(ways(after(setConfig("big", config, blocks)))).not.toContain("big.no>each")
})

it("takes steps into a box with the lines between them", () => {
  const made = after(regroup(["tell", "done"], "each", new Map(), blocks))
  expect(ways(made, "each")).toEqual(["tell.out>done"])
  expect(ways(made)).toEqual(["big.no>each", "start.out>big"])
})

it("grows a box to the left by moving the box, not what is in it", () => {
  const held = after(regroup(["tell"], "each", new Map([["tell", { x: 40, y: 40 }]]), blocks))
  const made = after(moveNodes(new Map([["tell", { x: -60, y: 40 }]])), held)
  expect(findNode(made, "tell")?.node.position).toEqual({ x: 0, y: 40 })
  expect(findNode(made, "each")?.node.position).toEqual({ x: 460, y: 300 })
})

it("refuses lines into triggers, across boxes, in circles, and doubled ones", () => {
  const boxed = after(regroup(["done"], "each", new Map(), blocks))
  expect(refuses(boxed, blocks, "tell", "out", "done")?.code).toBe("scope")
  expect(refuses(flow, blocks, "tell", "out", "start")?.code).toBe("trigger")
  expect(refuses(flow, blocks, "done", "out", "big")?.code).toBe("cycle")
  expect(refuses(flow, blocks, "tell", "out", "done")?.code).toBe("double")
  expect(refuses(flow, blocks, "tell", "out", "each")).toBeNull()
})

it("leads a line elsewhere under its old id", () => {
  const made = after(reconnect("c", "tell", "out", "each"))
  expect(findEdge(made, "c")?.edge).toEqual({ id: "c", from: "tell", to: "each" })
})

it("pastes with new ids, and references among the copies follow them", () => {
  const named = produce(flow, (draft) => {
    const done = findNode(draft, "done")?.node
    if (done) done.config = { outcome: "{{ steps.tell.at }} {{ steps.big.branches }}" }
  })
  const piece = readPiece(copyText(named, ["tell", "done"]) ?? "")
  if (!piece) throw new Error("nothing was copied")
  const made = new Set<string>()
  const pasted = after(paste(piece, "", { x: 0, y: 600 }, made), named)
  expect([...made]).toEqual(["notify1", "end1"])
  expect(ways(pasted)).toContain("notify1.out>end1")
  expect(findNode(pasted, "end1")?.node.config).toEqual({
    outcome: "{{ steps.notify1.at }} {{ steps.big.branches }}",
  })
  expect(findNode(pasted, "notify1")?.node.position).toEqual({ x: 0, y: 600 })
})

it("reads a whole flow as a piece and anything else as nothing", () => {
  expect(readPiece(JSON.stringify({ ...flow, format: "jimu.flow/1" }))?.nodes).toHaveLength(5)
  expect(readPiece("你好")).toBeNull()
  expect(readPiece('{"format":"jimu.steps/1","nodes":3}')).toBeNull()
  expect(copyText(flow, [])).toBeNull()
})

it("tidies so that nothing overlaps, boxes grow around what they hold, and lines run rightwards", () => {
  const boxed = after(regroup(["tell", "done"], "each", new Map(), blocks))
  const made = after(tidy(blocks), boxed)
  const rects = (made.nodes ?? []).map((node) => rectOf(node, blocks, made))
  rects.forEach((a, i) => {
    for (const b of rects.slice(i + 1)) expect(overlap(a, b)).toBe(false)
  })
  for (const edge of made.edges ?? []) {
    const [from, to] = [findNode(made, edge.from)?.node, findNode(made, edge.to)?.node]
    expect(from?.position?.x ?? 0).toBeLessThan(to?.position?.x ?? 0)
  }
})

it("goes on in a new row where a tidied flow would be too wide to read", () => {
  const ids = Array.from({ length: 20 }, (_, number) => `wait${number}`)
  const long: Flow = {
    key: "long",
    name: "很长",
    nodes: ids.map((id) => ({ id, type: "wait", position: { x: 40, y: 80 } })),
    edges: ids.slice(1).map((to, number) => ({ id: `e${number}`, from: ids[number] ?? "", to })),
  }
  const made = after(tidy(blocks), long)
  const rects = (made.nodes ?? []).map((node) => rectOf(node, blocks, made))
  expect(new Set(rects.map((rect) => rect.y)).size).toBe(3)
  expect(Math.max(...rects.map((rect) => rect.x + rect.width))).toBeLessThan(2400)
  for (const [number, rect] of rects.slice(1).entries()) {
    const before = rects[number]
    if (!before) continue
    expect(overlap(before, rect)).toBe(false)
    const isBelow = rect.x === 40 && rect.y > before.y
    expect(isBelow || (rect.y === before.y && rect.x > before.x)).toBe(true)
  }
})

it("shows a flow written by hand side by side, and leaves places that were given", () => {
  const bare = produce(flow, (draft) => {
    for (const node of draft.nodes ?? []) delete node.position
  })
  const shown = placed(bare, blocks)
  const rects = (shown.nodes ?? []).map((node) => rectOf(node, blocks, shown))
  for (const [at, one] of rects.entries()) {
    for (const other of rects.slice(at + 1)) expect(overlap(one, other)).toBe(false)
  }
  expect(placed(flow, blocks)).toBe(flow)
})
