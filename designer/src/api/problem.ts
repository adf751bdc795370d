import type { ProblemItem } from "./types"

/** A refused or failed call, as the server told it (RFC 9457), in the language of the screen. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly items: ProblemItem[]
  /** What support asks for. Empty when no server answered. */
  readonly request: string

  constructor(status: number, code: string, detail: string, items: ProblemItem[], request: string) {
    super(detail)
    this.name = "Problem"
    this.status = status
    this.code = code
    this.items = items
    this.request = request
  }
}

export function isProblem(fault: unknown, code?: string): fault is Problem {
  return fault instanceof Problem && (code === undefined || fault.code === code)
}
