import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { RequestShown } from "@/api/types"

/** The change requests that wait for an answer of this very person. */
export function useWaitingRequests(every: number | false = false): RequestShown[] {
  const may = useMay()
  const list = useRead(
    "list_change_requests",
    { query: { for_me: true, limit: 100 } },
    { enabled: may("settlement.lock") && may("settlement.read"), every },
  )
  return list.data?.items ?? []
}
