// Which fields of a form head office holds fast.

/** A lock; `path` is a pointer into the form's value, `*` stands for any member. */
export interface HeldValue {
  path: string
  owner: string
  placedBy: string
  reason: string
  until: string | null
  /** Opens the request for another value; null where one may not ask. */
  ask: (() => void) | null
}

/** The lock over a field: of itself, of something it stands in, or of something inside of it. */
export function lockOver(
  locks: readonly HeldValue[] | undefined,
  path: readonly (string | number)[],
): HeldValue | undefined {
  return locks?.find((lock) => {
    const parts = lock.path.split("/").slice(1)
    const length = Math.min(parts.length, path.length)
    return parts.slice(0, length).every((part, at) => part === "*" || part === String(path[at]))
  })
}
