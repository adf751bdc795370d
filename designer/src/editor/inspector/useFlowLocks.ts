// What head office holds fast in this flow, as its forms need it.

import { useMemo } from "react"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { FlowLock } from "@/api/types"
import { findNode } from "@/flow/graphs"
import { isRecord } from "@/flow/ports"
import type { Flow } from "@/flow/types"
import type { HeldValue } from "@/forms/flow/locks"
import { useEditor } from "../context"

export function useFlowLocks(): readonly FlowLock[] {
  const { flowKey } = useEditor()
  const found = useRead("list_flow_locks", { path: { key: flowKey } })
  return found.data?.items ?? NONE
}

const NONE: readonly FlowLock[] = []

/** The locks below a pointer of the document, with pointers into the value that stands there. */
export function useHeldBelow(
  pointer: string,
  value: unknown,
  ask: (lock: FlowLock, path: string) => void,
): HeldValue[] {
  const locks = useFlowLocks()
  const may = useMay()
  const mayAsk = may("flows.edit")
  return useMemo(
    () =>
      locks
        .filter((lock) => lock.of === "flow")
        .flatMap((lock) => {
          const inside = below(lock.pointer, pointer)
          if (inside === null) return []
          const path = byPlace(inside, value)
          const { owner, reason, until, placed_by } = lock
          return [
            {
              path,
              owner,
              placedBy: placed_by,
              reason,
              until,
              ask: mayAsk ? () => ask(lock, path) : null,
            },
          ]
        }),
    [locks, pointer, value, ask, mayAsk],
  )
}

/** A pointer that names items of lists by their id, by their place instead: as forms count them. */
export function byPlace(path: string, value: unknown): string {
  let here = value
  const parts = path.split("/").slice(1)
  const made = parts.map((part) => {
    const at = Array.isArray(here) ? here.findIndex((one) => isRecord(one) && one.id === part) : -1
    const found = at < 0 ? part : String(at)
    here = Array.isArray(here) ? here[Number(found)] : isRecord(here) ? here[found] : undefined
    return found
  })
  return made.length > 0 ? `/${made.join("/")}` : ""
}

/** Where a step stands in the document, by ids: "/nodes/loop/body/nodes/a". */
export function pointerOf(flow: Flow, id: string): string {
  const found = findNode(flow, id)
  if (!found) return ""
  const [holder, port] = found.scope.split("#")
  const around = holder ? pointerOf(flow, holder) : ""
  const inside = !holder ? "" : port === undefined ? "/body" : `/handlers/${port}`
  return `${around}${inside}/nodes/${id}`
}

/** The value at a pointer that names items by id; undefined where there is none. */
export function valueAtPointer(document: unknown, pointer: string): unknown {
  let here = document
  for (const part of pointer.split("/").slice(1)) {
    here = Array.isArray(here)
      ? (here.find((one) => isRecord(one) && one.id === part) ?? here[Number(part)])
      : isRecord(here)
        ? here[part]
        : undefined
  }
  return here
}

/** A pointer seen from inside of another: "" when it holds all of it, null when it is elsewhere. */
export function below(pointer: string, inside: string): string | null {
  const parts = pointer.split("/").slice(1)
  const start = inside.split("/").slice(1)
  const length = Math.min(parts.length, start.length)
  const fits = parts.slice(0, length).every((part, at) => part === "*" || part === start[at])
  if (!fits) return null
  const rest = parts.slice(start.length)
  return rest.length > 0 ? `/${rest.join("/")}` : ""
}
