import { useQueries } from "@tanstack/react-query"
import { Select } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { keyOf, useRead } from "@/api/queries"
import type { CardListed, Rule } from "@/api/types"
import { useFilter } from "@/ui/address"

/** Only what a rule had a part in: the off-season, a campaign. Cards are read when it is opened. */
export function RuleFilter() {
  const { t } = useTranslation()
  const [rule, setRule] = useFilter("rule")
  const [isOpen, setOpen] = useState(false)
  const enabled = isOpen || rule !== ""
  const cards = useRead("list_rate_cards", { query: { limit: 200 } }, { enabled })
  const groups = useQueries({
    queries: (cards.data?.items ?? []).map((card) => {
      const given = { path: { key: card.key } }
      return {
        queryKey: keyOf("read_rate_card", given),
        queryFn: () => call("read_rate_card", given),
        staleTime: 60_000,
        select: (found: { draft: object }) => groupOf(card, found.draft),
      }
    }),
    combine: (found) => ({
      options: found.flatMap((one) => one.data ?? []),
      isPending: found.some((one) => one.isPending),
    }),
  })
  return (
    <Select<string | null>
      allowClear
      className="report-filter"
      popupMatchSelectWidth={280}
      aria-label={t("settlement.reports.rule")}
      placeholder={t("settlement.reports.rule")}
      showSearch={{ optionFilterProp: "label" }}
      loading={enabled && (cards.isPending || groups.isPending)}
      value={rule || null}
      options={groups.options}
      onOpenChange={(open) => open && setOpen(true)}
      onChange={(next) => setRule(next ?? undefined)}
    />
  )
}

/** A card's rules by name. */
function groupOf(card: CardListed, document: { rules?: Rule[] }) {
  const rules = document.rules ?? []
  return {
    label: card.name,
    title: card.name,
    options: rules.map((rule) => ({ value: rule.id, label: rule.name || rule.id })),
  }
}
