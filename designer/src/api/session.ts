import { useQuery, useQueryClient } from "@tanstack/react-query"
import { call, keepCsrf } from "./client"
import { early } from "./early"
import { isProblem } from "./problem"
import type { Session } from "./types"

const KEY = ["session"]

/** Who is signed in; null for nobody, undefined while that is being asked. */
export function useSession(): Session | null | undefined {
  return useSessionQuery().data
}

export function useSessionQuery() {
  return useQuery<Session | null, Error>({
    queryKey: KEY,
    queryFn: readSession,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

async function readSession(): Promise<Session | null> {
  try {
    const session = await (early("read_session", {}) ?? call("read_session", {}))
    keepCsrf(session.csrf)
    return session
  } catch (fault) {
    if (isProblem(fault) && fault.status === 401) return null
    throw fault
  }
}

/** Sets who is signed in; whatever was read for somebody else is forgotten. */
export function useKeepSession(): (session: Session | null) => void {
  const client = useQueryClient()
  return (session) => {
    keepCsrf(session?.csrf ?? "")
    const before = client.getQueryData<Session | null>(KEY)
    if (before?.user.id !== session?.user.id)
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== KEY[0] })
    client.setQueryData(KEY, session)
  }
}

/** Asks anew who is signed in and what they may. */
export function useRereadSession(): () => Promise<void> {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: KEY })
}

/** Whether the person holds an act anywhere: what they may not do is not shown. */
export function useMay(): (act: string) => boolean {
  const acts = useSession()?.acts ?? []
  return (act) => acts.includes(act)
}

/** A partner, who is here for their own statements and nothing else. */
export function isOnlyPartner(may: (act: string) => boolean): boolean {
  return may("settlement.own") && !may("settlement.read") && !may("tasks.answer")
}
