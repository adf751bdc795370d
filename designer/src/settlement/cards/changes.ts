import { idOf, isRecord, put, valueAt } from "./pointer"

/** One value that differs; undefined stands for "not there". */
export interface Change {
  pointer: string
  old: unknown
  new: unknown
}

/** What differs from one document to the other, each as deep as it can be named. */
export function changesBetween(before: unknown, after: unknown, at = ""): Change[] {
  if (isSame(before, after)) return []
  if (isRecord(before) && isRecord(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      changesBetween(before[name], after[name], `${at}/${escaped(name)}`),
    )
  if (Array.isArray(before) && Array.isArray(after) && isNamed(before) && isNamed(after)) {
    const names = [...new Set([...before, ...after].map((item) => idOf(item) ?? ""))]
    return names.flatMap((name) => {
      const find = (list: unknown[]) => list.find((item) => idOf(item) === name)
      return changesBetween(find(before), find(after), `${at}/${escaped(name)}`)
    })
  }
  return [{ pointer: at, old: before, new: after }]
}

export interface Merged<T> {
  document: T
  /** What both changed, and differently: mine is kept, theirs is said. */
  clashes: (Change & { theirs: unknown })[]
}

/** My changes on top of theirs: nothing of either is lost but where both changed one value. */
export function merge<T>(start: T, mine: T, theirs: T): Merged<T> {
  const own = changesBetween(start, mine)
  const document = own.reduce((made, change) => put(made, change.pointer, change.new), theirs)
  const clashes = own
    .map((change) => ({ ...change, theirs: valueAt(theirs, change.pointer) }))
    .filter((each) => !isSame(each.theirs, each.old) && !isSame(each.theirs, each.new))
  return { document, clashes }
}

export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]))
  if (isRecord(one) && isRecord(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)])
    return [...names].every((name) => isSame(one[name], other[name]))
  }
  return false
}

function isNamed(list: readonly unknown[]): boolean {
  const names = list.map(idOf)
  return names.every((name) => name !== undefined) && new Set(names).size === names.length
}

const escaped = (name: string) => name.replace(/~/g, "~0").replace(/\//g, "~1")
