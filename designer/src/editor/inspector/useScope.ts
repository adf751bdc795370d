import { useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import { call } from "@/api/client"
import type { Schema } from "@/flow/catalog"
import type { Flow } from "@/flow/types"
import { useDocument, useEditorSession } from "../context"

export interface Scope {
  /** The names a step can read. */
  schema: Schema | undefined
  /** Their values in the sample that is being looked at. */
  sample: unknown
}

/** What a step can read. Asked anew when the flow's shape changed, not when something was moved. */
export function useScope(id: string): Scope {
  const flow = useDocument((state) => state.flow)
  const sample = useEditorSession((session) => session.sample)
  const shape = useMemo(() => JSON.stringify(flow, withoutPlaces), [flow])
  const asked = useQuery({
    queryKey: ["read_scope", id, shape],
    queryFn: ({ signal }) =>
      call("read_scope", { body: { document: asBody(flow), node: id }, signal }),
    placeholderData: (before) => before,
    staleTime: 60_000,
    retry: false,
  })
  const schema = (asked.data as { schema?: Schema } | undefined)?.schema
  return useMemo(() => ({ schema, sample }), [schema, sample])
}

const asBody = (flow: Flow) =>
  flow as unknown as Parameters<typeof call<"read_scope">>[1]["body"]["document"]

function withoutPlaces(key: string, value: unknown): unknown {
  return key === "position" || key === "notes" || key === "note" ? undefined : value
}
