// The report of a test run as far as screens read it; engine/runtime/simulate/report.py makes it.

import type { Blocks } from "@/flow/catalog"
import type { Spread, StepTime } from "./times"

export interface Words {
  zh: string
  en: string
}

export interface Counted {
  count: number
  examples: readonly unknown[]
}

export interface Coverage {
  runs: number
  nodes: readonly {
    id: string
    place: string
    name: string
    type?: string
    entered: number
    ended: Readonly<Record<string, number>>
    ports: Readonly<Record<string, number>>
    ms: number
  }[]
  lines: readonly { id: string; from: string; port: string; to: string; count: number }[]
  rows: readonly { node: string; row: string; number: number; count: number }[]
  dead_ends: readonly { node: string; port: string; count: number; last: boolean }[]
  covered: Readonly<Record<"nodes" | "ports" | "lines" | "rows", readonly [number, number]>>
  never: {
    nodes: readonly string[]
    ports: readonly { node: string; port: string }[]
    lines: readonly string[]
    rows: readonly { node: string; row: string }[]
  }
}

export interface Brief {
  run: string
  status: string
  path: readonly { place: string; port: string }[]
  sent: readonly { connection: string; action: string; status: string; args: unknown }[]
  changed: readonly { field: string; old: unknown; new: unknown }[]
}

export interface Difference {
  event: { source: string; id: string; subject: string }
  kinds: readonly { kind: string; said: Words }[]
  weight: number
  new: Brief | null
  old: Brief | null
}

/** A table of money, whatever its columns are: figures are exact texts in major units. */
export type MoneyRow = Readonly<Record<string, unknown>>

export interface Comparison {
  pairs: number
  same: number
  different: number
  only_new: number
  only_old: number
  kinds: readonly { kind: string; said: Words; count: number }[]
  sent: readonly { action: string; new: number; old: number }[]
  largest: readonly Difference[]
  money: Readonly<Record<string, unknown>> | null
}

export interface CaseTried {
  name: string
  passed: boolean
  wrong: readonly Words[]
  run: string | null
  found: Readonly<Record<string, unknown>>
}

export interface Report {
  events: {
    given: number
    used: number
    refused: number
    bad: readonly { line: number; path: string; reason: Words }[]
    left_out: number
    by_type: Readonly<Record<string, number>>
    unheard: Readonly<Record<string, number>>
    first_at: string | null
    last_at: string | null
  }
  clock: { from: string; to: string } | null
  runs: { started: number; by_status: Readonly<Record<string, number>>; lasting: Spread }
  others: Readonly<Record<string, number>>
  coverage: Coverage
  paths: readonly {
    steps: readonly { place: string; port: string }[]
    status: string
    count: number
    share: number
    example: string | null
  }[]
  steps: readonly StepTime[]
  people: readonly {
    id: string
    name: string
    tasks: number
    busy: number
    longest_queue: number
    longest_at: string | null
    by_day: Readonly<Record<string, number>>
  }[]
  nobody: Readonly<Record<string, number>>
  /** Answers a task did not take, and notices that found nobody (without a place: of other flows).
   * Reports kept from before have neither. */
  refused_answers?: readonly { place: string; reason: Words; count: number }[]
  unheard_notices?: readonly (Counted & { place: string })[]
  effects: {
    outside: readonly (Counted & { connection: string; action: string; status: string })[]
    notices: readonly (Counted & { user: string })[]
    tags: readonly { change: string; tag: string; count: number }[]
    fields: readonly (Counted & { field: string })[]
  }
  failures: readonly (Counted & { code: string; place: string })[]
  incidents: readonly (Counted & { code: string })[]
  unrestored: readonly Words[]
  money: Readonly<Record<string, unknown>> | null
  comparison?: Comparison | null
  cases?: readonly CaseTried[]
  passed?: number
  flow?: { key: string; name?: string; which?: string; number?: number | null }
  against?: { key: string; name?: string; which?: string; number?: number | null } | null
}

/** The report with a name for each step: its own, or its block's, with the id where several share it. */
export function named(report: Report, blocks: Blocks): Report {
  const { nodes } = report.coverage
  const labels = nodes.map((node) => blocks.get(node.type ?? "")?.label)
  const names = new Map(
    nodes.map((node, at) => {
      const label = labels[at]
      const isAlone = labels.filter((one, index) => one === label && !nodes[index]?.name).length < 2
      return [
        node.place,
        node.name || (isAlone ? label : label && `${label} ${node.id}`) || node.id,
      ]
    }),
  )
  const nameOf = (place: string) => names.get(place) ?? place
  return {
    ...report,
    coverage: {
      ...report.coverage,
      nodes: nodes.map((node) => ({ ...node, name: nameOf(node.place) })),
    },
    steps: report.steps.map((step) => ({ ...step, name: nameOf(step.place) })),
  }
}
