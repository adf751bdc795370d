// A made sample that the flow's own trigger lets in: with any other the first test run shows nothing.

import { textToRows } from "@/flow/conditions/read"
import { entriesOf, type Group, isGroup, isRows, type Row } from "@/flow/conditions/rows"
import { indexOf } from "@/flow/graphs"
import { isRecord } from "@/flow/ports"
import type { Flow, Json, JsonObject } from "@/flow/types"

/** The event with what its trigger asks of it, where rows say that of a single field. */
export function fitted(event: JsonObject, flow: Flow): JsonObject {
  const trigger = [...indexOf(flow).nodes.values()].find(
    ({ node }) => node.config?.type === event.type,
  )
  const rows = rowsOf(trigger?.node.config?.condition)
  if (!rows) return event
  const made = structuredClone(event)
  for (const row of asked(rows)) meet(made, row, flow)
  return made
}

function rowsOf(condition: Json | undefined): Group | null {
  if (typeof condition === "string") return textToRows(condition)
  return isRows(condition) ? condition : null
}

/** All rows of an "all", the first of an "any". */
function asked(group: Group): Row[] {
  const entries = "any" in group ? group.any.slice(0, 1) : entriesOf(group)
  return entries.flatMap((entry) => (isGroup(entry) ? asked(entry) : [entry]))
}

/** Changes a field that is there so that the row holds; leaves what it cannot say. */
function meet(event: JsonObject, row: Row, flow: Flow): void {
  const path = row.field.replace(/^event\.data\./, "").split(".")
  const name = path.pop()
  let held: Json | undefined = event.data
  for (const part of path) held = isRecord(held) ? held[part] : undefined
  if (!isRecord(held) || name === undefined || held[name] === undefined) return
  const given = Array.isArray(row.value) ? row.value[0] : row.value
  const value = isRecord(given) ? ownDefault(String(given.field), flow) : given
  if (value === undefined || value === null || typeof value === "object") return
  const next = nextTo(held[name], row.op, value)
  if (next !== undefined) held[name] = typeof held[name] === "string" ? String(next) : next
}

/** The value that meets the operator; undefined where the present one may stay. */
function nextTo(now: Json, op: string, value: string | number | boolean): Json | undefined {
  const [left, right] = [Number(now), Number(value)]
  if (op === "eq" || op === "in") return value
  if (op === "ge") return left >= right ? undefined : value
  if (op === "le") return left <= right ? undefined : value
  if (op === "gt") return left > right ? undefined : right + 1
  if (op === "lt") return left < right ? undefined : right - 1
  return undefined
}

/** What a parameter of the flow holds: `params.review_from`. */
function ownDefault(field: string, flow: Flow): Json | undefined {
  const [head, name = ""] = field.split(".")
  const properties = flow.params?.properties
  const param = isRecord(properties) ? properties[name] : undefined
  return head === "params" && isRecord(param) ? param.default : undefined
}
