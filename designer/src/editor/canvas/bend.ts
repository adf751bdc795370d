// How a line runs: straight on, or with one turn between the cards.

import { getSmoothStepPath, Position as Side } from "@xyflow/react"

/** Where a line leaves and arrives. */
export type Ends = readonly [sx: number, sy: number, tx: number, ty: number]

/** What is drawn, and its middle. */
type Bent = [path: string, x: number, y: number]

const BEND = { borderRadius: 14, offset: 20 }
/** Between the turns of two lines that leave the same card. */
const APART = 8

/**
 * The path of a line that leaves at the right.
 *
 * Lines of one card turn side by side, so that each can be followed: `rank` is the port's place
 * among them, 0 in the middle. Of those that go up the lower ports turn later, of those that go
 * down the upper ones: then none crosses another. A box is entered from above.
 */
export function bend([sx, sy, tx, ty]: Ends, rank = 0, into = Side.Left): Bent {
  const reach = Math.max(0, (tx - sx) / 2 - BEND.offset)
  const aside = Math.max(-reach, Math.min(reach, rank * APART * (ty < sy ? 1 : -1)))
  const [path, x, y] = getSmoothStepPath({
    sourceX: sx,
    sourceY: sy,
    targetX: tx,
    targetY: ty,
    sourcePosition: Side.Right,
    targetPosition: into,
    ...BEND,
    ...(aside === 0 ? {} : { centerX: (sx + tx) / 2 + aside }),
  })
  return [path, x, y]
}
