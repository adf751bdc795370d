import type { Unit } from "@/api/types"

export interface Branch {
  key: string
  value: string
  title: string
  unit: Unit
  children: Branch[]
}

/** The units as a tree; one whose parent is out of sight stands at the top. */
export function treeOf(units: readonly Unit[]): Branch[] {
  const branches = new Map(
    units.map((unit) => [
      unit.id,
      { key: unit.id, value: unit.id, title: unit.name, unit, children: [] as Branch[] },
    ]),
  )
  const top: Branch[] = []
  for (const branch of branches.values()) {
    const parent = branch.unit.parent_id ? branches.get(branch.unit.parent_id) : undefined
    ;(parent?.children ?? top).push(branch)
  }
  return top
}
