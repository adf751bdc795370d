// The sample one looks at while writing: an event of the flow's trigger, made from its schema until
// a real one is chosen, and what the steps of the last test run gave.

import { useEffect, useMemo } from "react"
import { useStore } from "zustand"
import { useRead } from "@/api/queries"
import type { Schema } from "@/flow/catalog"
import { isRecord } from "@/flow/ports"
import type { JsonObject } from "@/flow/types"
import { useEditor, useEditorSession } from "../context"
import { fitted } from "./fit"
import { sampleEvent, startTypes } from "./sample"

/** Keeps the session's sample; once per editor. */
export function useSample(): void {
  const { session, store, blocks } = useEditor()
  const flow = useStore(store, (state) => state.flow)
  const text = useEditorSession((one) => one.eventText)
  const traced = useEditorSession((one) => one.traced)
  const types = useMemo(
    () => startTypes(flow, (type) => blocks.get(type)?.kind === "trigger"),
    [flow, blocks],
  )
  const wanted = text === "" ? (types.find((type) => !type.endsWith("*")) ?? null) : null
  const schema = useRead(
    "read_schema",
    { path: { name: wanted ?? "" } },
    { enabled: wanted !== null },
  )
  const made = useRead(
    "read_sample_event",
    { path: { name: wanted ?? "" } },
    { enabled: wanted !== null },
  )
  useEffect(() => {
    if (!wanted || made.isPending || session.getState().eventText !== "") return
    // Own types have no sample: one is made of their schema.
    if (made.data)
      session.setState({ eventText: writeEvent(fitted(made.data as JsonObject, flow)) })
    else if (schema.data) {
      const own = sampleEvent(wanted, schema.data as Schema)
      session.setState({ eventText: writeEvent(fitted(own, flow)) })
    }
  }, [made.data, made.isPending, schema.data, wanted, session, flow])
  useEffect(() => {
    const event = readEvent(text)
    if (!event) {
      session.setState({ sample: undefined })
      return
    }
    const data = isRecord(event.data) ? event.data : {}
    const steps = Object.fromEntries(
      [...traced].flatMap(([id, step]) =>
        step.output === null || step.output === undefined ? [] : [[id, step.output]],
      ),
    )
    const customer = isRecord(data.customer) ? data.customer : {}
    const params = Object.fromEntries(
      Object.entries(isRecord(flow.params?.properties) ? flow.params.properties : {}).flatMap(
        ([name, found]) =>
          isRecord(found) && found.default !== undefined ? [[name, found.default]] : [],
      ),
    )
    session.setState({ sample: { event, ...data, customer, params, vars: {}, steps } })
  }, [text, traced, flow.params, session])
}

export const writeEvent = (event: object) => JSON.stringify(event, null, 2)

/** An event as it was typed; null while it is no JSON object. */
export function readEvent(text: string): Record<string, unknown> | null {
  try {
    const found: unknown = JSON.parse(text)
    return isRecord(found) ? found : null
  } catch {
    return null
  }
}
