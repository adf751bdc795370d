import type { ProblemItem } from "@/api/types"

/** "/rows/12/amount" → row 14 of the file: rows count from 0 below a line of column names. */
export function rowOf(path: string): { row: number; column: string } | undefined {
  const found = /^\/rows\/(\d+)(?:\/(.*))?$/.exec(path)
  if (!found) return undefined
  const column = (found[2] ?? "").replaceAll("~1", "/").replaceAll("~0", "~")
  return { row: Number(found[1]) + 2, column }
}

/** Those about rows first, in the file's order; then those about the whole. */
export function inOrder(problems: readonly ProblemItem[]): ProblemItem[] {
  const place = (item: ProblemItem) => rowOf(item.path)?.row ?? Number.POSITIVE_INFINITY
  return [...problems].sort((a, b) => {
    const [first, second] = [place(a), place(b)]
    return first === second ? 0 : first - second
  })
}
