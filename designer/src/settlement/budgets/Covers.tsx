import { Flex, Tag } from "antd"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import type { BudgetBody } from "@/api/types"
import { coversOf } from "./budget"

/** Which entries ask the budget: all that is named must fit. */
export function Covers({ document }: { document: BudgetBody }) {
  const { t } = useTranslation()
  const covers = coversOf(document)
  if (covers.length === 0) return <>{t("settlement.budgets.asked")}</>
  return (
    <Flex gap={4} wrap>
      {covers.map(([name, value]) => (
        <Tag key={name} variant="filled">
          {t(`settlement.budgets.cover.${name}`)}
          {t("settlement.colon")}
          {name === "party" ? <PartyName id={value} /> : value}
        </Tag>
      ))}
    </Flex>
  )
}

function PartyName({ id }: { id: string }) {
  const party = useRead("read_party", { path: { party_id: id } })
  return <>{party.data?.name ?? id}</>
}
