// Starts without an event: by hand, form or call with what is filled in, by schedule at a moment.

import type { Start } from "@/api/types"
import type { Block, Blocks, Schema } from "@/flow/catalog"
import { indexOf } from "@/flow/graphs"
import type { Flow, JsonObject } from "@/flow/types"
import { defaultsOf, type FormSchema } from "@/forms/schema"

export const START_KINDS = ["manual", "form", "webhook", "schedule"] as const
export type StartKind = (typeof START_KINDS)[number]

/** A trigger that can be started so, and what it wants to know. */
export interface Door {
  node: string
  name: string
  kind: StartKind
  /** What is filled in; null where nothing is. */
  inputs: FormSchema | null
}

/** The triggers of a flow that wait for no event, in the order of the document. */
export function doorsOf(flow: Flow, blocks: Blocks): Door[] {
  return [...indexOf(flow).nodes.values()].flatMap(({ node }) => {
    const block = blocks.get(node.type)
    const kind = START_KINDS.find((one) => one === block?.starts)
    if (!block || !kind) return []
    const inputs = inputsOf(block, node.config ?? {})
    return [{ node: node.id, name: node.name || block.label, kind, inputs }]
  })
}

/** The schema a trigger's config holds: the field that is drawn as a form, or given as JSON. */
function inputsOf(block: Block, config: JsonObject): FormSchema | null {
  const found = Object.entries(block.config.properties ?? {}).find(([, one]) => isSchema(one))
  const schema = found && (config[found[0]] as FormSchema | undefined)
  return schema?.properties && Object.keys(schema.properties).length > 0 ? schema : null
}

const isSchema = (one: Schema) => one["x-widget"] === "form" || one["x-widget"] === "json"

/** A start of a trigger before anything is filled in. */
export function firstStart(door: Door): Start {
  const inputs = door.inputs && (defaultsOf(door.inputs) as Start["inputs"])
  return { node: door.node, ...(door.kind === "schedule" ? {} : { inputs: inputs ?? {} }) }
}

/** Whether a flow is started by events too: then a sample event can be tried. */
export function hearsEvents(flow: Flow, blocks: Blocks): boolean {
  return [...indexOf(flow).nodes.values()].some(
    ({ node }) => blocks.get(node.type)?.starts === "event",
  )
}
