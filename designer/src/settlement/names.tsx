import { useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import type { PartyShown } from "@/api/types"
import { wordOf } from "./cards/words"

/** Names of parties by id, the first thousand of them; "brand" is us. */
export function usePartyNames(): (id: string | null | undefined) => string {
  const { t } = useTranslation()
  const list = useQuery({
    queryKey: ["list_parties", "names"],
    queryFn: readParties,
    staleTime: 60_000,
  })
  const names = useMemo(() => new Map(list.data?.map((one) => [one.id, one.name])), [list.data])
  return (id) =>
    !id
      ? "—"
      : id === "brand"
        ? t("rateWords.role.brand")
        : (names.get(id) ?? wordOf(t, "role", id))
}

async function readParties({ signal }: { signal: AbortSignal }): Promise<PartyShown[]> {
  const found: PartyShown[] = []
  let cursor: string | undefined
  do {
    const page = await call("list_parties", {
      query: { limit: 200, ...(cursor && { cursor }) },
      signal,
    })
    found.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor && found.length < 1000)
  return found
}
