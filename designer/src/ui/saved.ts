import { useState } from "react"

export interface Saved {
  name: string
  /** As it stands behind the question mark of the address. */
  query: string
}

const KEY = "jimu.filters."
const MOST = 20

/** Named filters of one list, kept in this browser. */
export function useSaved(list: string): {
  saved: Saved[]
  keep: (name: string, query: string) => void
  drop: (name: string) => void
} {
  const [saved, setSaved] = useState<Saved[]>(() => read(list))
  const store = (next: Saved[]) => {
    localStorage.setItem(KEY + list, JSON.stringify(next))
    setSaved(next)
  }
  return {
    saved,
    keep: (name, query) =>
      store([...saved.filter((each) => each.name !== name), { name, query }].slice(-MOST)),
    drop: (name) => store(saved.filter((each) => each.name !== name)),
  }
}

/** What is no list of named filters (an older form, a hand's work) counts as none. */
function read(list: string): Saved[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY + list) ?? "[]")
    return Array.isArray(found) ? found.filter(isSaved) : []
  } catch {
    return []
  }
}

function isSaved(one: unknown): one is Saved {
  const found = one as Partial<Saved> | null
  return typeof found?.name === "string" && typeof found.query === "string"
}
