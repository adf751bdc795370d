import type { Block } from "@/flow/catalog"
import { addStep, placeOf } from "../adding"
import type { EditorParts } from "../context"
import { wishOf } from "../wishes"
import { countUse } from "./blocks"

/** Puts a block where it belongs when nobody said so; keys are then meant for the new step. */
export function put(parts: EditorParts, block: Block): void {
  const wish = wishOf(parts, block)
  const adding = placeOf(parts.store.getState().flow, parts.blocks, wish)
  const id = adding && addStep(parts, block.type, adding)
  if (!id) return
  countUse(block.type)
  parts.view.current?.show([id])
  parts.view.current?.focus(id)
}
