import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Simulation } from "@/api/types"
import type { Flow } from "@/flow/types"

/** The document that was tried: the version, or the draft as it is today. */
export function useTried(found: Simulation): Flow | undefined {
  const may = useMay()
  const version = useRead(
    "read_version",
    { path: { key: found.flow_key, which: found.which } },
    { enabled: may("flows.read") },
  )
  return version.data as unknown as Flow | undefined
}

/** What a step is called in that document. */
export function nameIn(flow: Flow | undefined, id: string, names: ReadonlyMap<string, string>) {
  return names.get(id) || flow?.nodes?.find((node) => node.id === id)?.name || id
}
