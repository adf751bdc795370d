import type { Block, Catalog } from "@/flow/catalog"
import { find } from "@/flow/search"

const KEPT = "jimu.blocks"

/** Blocks that fit what was typed, best first. */
export function findBlocks(query: string, blocks: readonly Block[]): Block[] {
  return find(query, blocks, (block) => [
    block.label,
    ...block.search,
    block.type,
    block.summary.replace(/\{[^}]*\}/g, ""),
  ])
}

export interface PaletteGroup {
  key: string
  label: string
  blocks: Block[]
}

/** The palette as groups; what a group does not hold is not shown. */
export function groupsOf(catalog: Catalog, blocks: readonly Block[]): PaletteGroup[] {
  return catalog.groups
    .map((group) => ({ ...group, blocks: blocks.filter((block) => block.group === group.key) }))
    .filter((group) => group.blocks.length > 0)
}

/** The blocks this person used most, on this machine. */
export function favourites(catalog: Catalog): Block[] {
  const counts = readCounts()
  return catalog.nodes
    .filter((block) => (counts[block.type] ?? 0) > 1)
    .sort((a, b) => (counts[b.type] ?? 0) - (counts[a.type] ?? 0))
    .slice(0, 6)
}

export function countUse(type: string): void {
  const counts = readCounts()
  localStorage.setItem(KEPT, JSON.stringify({ ...counts, [type]: (counts[type] ?? 0) + 1 }))
}

function readCounts(): { [type: string]: number } {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}")
    return typeof found === "object" && found !== null ? (found as { [type: string]: number }) : {}
  } catch {
    return {}
  }
}
