import type { Blocks } from "../catalog"
import { around, onGrid, type Rect, sizeOf } from "../geometry"
import { findNode, positionOf } from "../graphs"
import type { Position } from "../types"
import type { Operation } from "./operation"

export const ALIGNMENTS = [
  "left",
  "center",
  "right",
  "top",
  "middle",
  "bottom",
  "row",
  "column",
] as const
export type Alignment = (typeof ALIGNMENTS)[number]

/** Lines steps up; `row` and `column` spread them evenly. */
export function align(ids: readonly string[], how: Alignment, blocks: Blocks): Operation {
  return (flow) => {
    const held = ids.flatMap((id) => {
      const found = findNode(flow, id)
      if (!found) return []
      const size = sizeOf(found.node, blocks, found.graph)
      return [{ node: found.node, rect: { ...positionOf(found.node), ...size } }]
    })
    const all = around(held.map((one) => one.rect))
    if (how === "row" || how === "column") {
      spread(held, how, all)
      return
    }
    for (const { node, rect } of held) {
      const x = {
        left: all.x,
        center: all.x + (all.width - rect.width) / 2,
        right: all.x + all.width - rect.width,
      }
      const y = {
        top: all.y,
        middle: all.y + (all.height - rect.height) / 2,
        bottom: all.y + all.height - rect.height,
      }
      node.position = onGrid({
        x: how in x ? x[how as keyof typeof x] : rect.x,
        y: how in y ? y[how as keyof typeof y] : rect.y,
      })
    }
  }
}

function spread(
  held: { node: { position?: Partial<Position> }; rect: Rect }[],
  how: "row" | "column",
  all: Rect,
): void {
  const [at, length] = how === "row" ? (["x", "width"] as const) : (["y", "height"] as const)
  const sorted = [...held].sort((a, b) => a.rect[at] - b.rect[at])
  const filled = sorted.reduce((sum, one) => sum + one.rect[length], 0)
  const gap = Math.max(0, (all[length] - filled) / Math.max(1, sorted.length - 1))
  let next = all[at]
  for (const { node, rect } of sorted) {
    node.position = onGrid({ x: rect.x, y: rect.y, [at]: next })
    next += rect[length] + gap
  }
}
