import { useTranslation } from "react-i18next"
import { useFlowNames } from "@/api/names"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import { wordOf } from "../cards/words"

export interface Scope {
  kind: string
  key: string
}

/** "rate_card:creators" in its two parts. */
export function scopeOf(scope: string): Scope {
  const at = scope.indexOf(":")
  return { kind: scope.slice(0, at), key: scope.slice(at + 1) }
}

/** What a scope is called: 计费规则「达人佣金」. */
export function useScopeNames(): (scope: string) => string {
  const { t } = useTranslation()
  const may = useMay()
  const flowName = useFlowNames()
  const cards = useRead(
    "list_rate_cards",
    { query: { limit: 200 } },
    { enabled: may("settlement.read") },
  )
  return (scope) => {
    const { kind, key } = scopeOf(scope)
    const name =
      kind === "rate_card"
        ? (cards.data?.items.find((card) => card.key === key)?.name ?? key)
        : flowName(key)
    return kind === "rate_card" || kind === "flow" || kind === "params"
      ? t(`rateWords.scope.${kind}`, { name })
      : wordOf(t, "scope", scope)
  }
}

/** The document a scope names, for the words of a pointer into it; undefined while it comes. */
export function useScopeDocument(scope: string): { document: unknown; currency: string } {
  const may = useMay()
  const { kind, key } = scopeOf(scope)
  const card = useRead("read_rate_card", { path: { key } }, { enabled: kind === "rate_card" })
  const flow = useRead(
    "read_flow",
    { path: { key } },
    { enabled: kind !== "rate_card" && may("flows.read") },
  )
  if (kind === "rate_card")
    return { document: card.data?.draft, currency: card.data?.currency ?? "CNY" }
  return { document: kind === "flow" ? flow.data?.draft : undefined, currency: "CNY" }
}
