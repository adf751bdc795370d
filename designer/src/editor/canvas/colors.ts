import type { Block, Catalog } from "@/flow/catalog"

// One hue per group, in the catalog's order; chosen to be told apart, also by the colour-blind.
const HUES = [
  "#d9480f",
  "#3b5bdb",
  "#7048e8",
  "#0b7285",
  "#2b8a3e",
  "#a61e4d",
  "#b08900",
  "#5c677d",
]

/** The colour of a block's group. */
export function colorOf(block: Block | undefined, catalog: Catalog): string {
  return groupColor(block?.group ?? "", catalog)
}

export function groupColor(group: string, catalog: Catalog): string {
  const at = catalog.groups.findIndex((one) => one.key === group)
  return HUES[at < 0 ? HUES.length - 1 : at % HUES.length] ?? "#5c677d"
}
