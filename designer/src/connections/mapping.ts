import { useMemo } from "react"
import { rowsOf, useList } from "@/api/queries"
import type { Connector } from "@/api/types"
import type { MappingRoot } from "@/forms/mapping/surroundings"
import type { FormSchema } from "@/forms/schema"

/** What a mapping in the form needs: the whole schema, and the newest record that was refused. */
export function useMappingSurroundings(
  connector: Connector,
  connection: string | undefined,
  isSample = false,
): { mapping: MappingRoot } {
  const review = useList(
    "list_review",
    { path: { key: connection ?? "" }, query: { limit: 1 } },
    { enabled: connection !== undefined },
  )
  const newest = rowsOf<"list_review">(review.data)[0]?.record
  return useMemo(
    () => ({
      mapping: { root: connector.settings as FormSchema, isSample, record: rawOf(newest) },
    }),
    [connector, isSample, newest],
  )
}

/** A refused row of a file keeps its number beside it; a pushed record stands alone. */
function rawOf(record: unknown): Record<string, unknown> | undefined {
  if (typeof record !== "object" || record === null) return undefined
  const held = record as { row?: unknown }
  const row = typeof held.row === "object" && held.row !== null ? held.row : record
  return row as Record<string, unknown>
}
