import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { useRead } from "./queries"
import { useMay } from "./session"

/** Names of flows by key, as far as the person may see flows; otherwise the key stands for itself. */
export function useFlowNames(): (key: string | null) => string {
  const may = useMay()
  const list = useRead("list_flows", { query: { limit: 200 } }, { enabled: may("flows.read") })
  const names = useMemo(
    () => new Map(list.data?.items.map((flow) => [flow.key, flow.name])),
    [list.data],
  )
  return (key) => (key ? (names.get(key) ?? key) : "—")
}

/** Names of people by id, as far as the person may see users. */
export function usePeopleNames(): (id: string | null) => string {
  const { t } = useTranslation()
  const may = useMay()
  const list = useRead("list_users", { query: { limit: 200 } }, { enabled: may("users.read") })
  const names = useMemo(
    () => new Map(list.data?.items.map((user) => [user.id, user.name])),
    [list.data],
  )
  return (id) => (!id ? "—" : id === "system" ? t("word.system") : (names.get(id) ?? id))
}
