// What somebody has decided of an upgrade: by flow, then by the path of a conflict or an offer.

import type { UpgradedFlowShown } from "@/api/types"

export type Side = "mine" | "theirs"
export type Choices = Record<string, Record<string, Side>>

/** The choices with one more made. */
export function choose(choices: Choices, flow: string, path: string, side: Side): Choices {
  return { ...choices, [flow]: { ...choices[flow], [path]: side } }
}

/** The choices with all offers of a flow taken, or all refused; conflicts stay as they are. */
export function chooseOffers(choices: Choices, flow: UpgradedFlowShown, side: Side): Choices {
  const own = Object.fromEntries(flow.offers.map((one) => [one.path, side]))
  return { ...choices, [flow.key]: { ...choices[flow.key], ...own } }
}

/** Those that still mean something: what is no longer offered would say nothing. */
export function stillMeant(choices: Choices, flows: readonly UpgradedFlowShown[]): Choices {
  return Object.fromEntries(
    flows.map((flow) => {
      const known = new Set([...flow.conflicts, ...flow.offers].map((one) => one.path))
      const own = Object.entries(choices[flow.key] ?? {}).filter(([path]) => known.has(path))
      return [flow.key, Object.fromEntries(own)]
    }),
  )
}

/** How many conflicts nobody has decided yet; locked ones are head office's. */
export function openConflicts(choices: Choices, flows: readonly UpgradedFlowShown[]): number {
  return flows
    .flatMap((flow) => flow.conflicts.map((one) => ({ one, side: choices[flow.key]?.[one.path] })))
    .filter(({ one, side }) => one.kind !== "locked" && side === undefined).length
}

/** The drafts the choices were made on. */
export function revisionsOf(flows: readonly UpgradedFlowShown[]): Record<string, number> {
  return Object.fromEntries(
    flows.flatMap((flow) => (flow.revision === null ? [] : [[flow.key, flow.revision]])),
  )
}
