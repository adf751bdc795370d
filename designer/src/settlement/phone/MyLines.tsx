import { Button, Collapse, Flex, Skeleton, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Fault } from "@/api/Fault"
import { rowsOf, useList } from "@/api/queries"
import type { StatementShown } from "@/api/types"
import { asSeenBy } from "../amounts"
import { inWords } from "../inWords"
import { Money } from "../Money"
import { useOrderName } from "../reconcile/platforms"
import { WhyText } from "../Why"

/** Each line opens to 怎么算的, with room enough for a thumb. */
export function MyLines({ statement }: { statement: StatementShown }) {
  const { t } = useTranslation()
  const orderOf = useOrderName()
  const list = useList("list_statement_lines", {
    path: { statement_id: statement.id },
    query: { limit: 30 },
  })
  const rows = rowsOf<"list_statement_lines">(list.data)
  if (list.isError) return <Fault fault={list.error} retry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton active aria-busy="true" />
  if (rows.length === 0)
    return <Typography.Text type="secondary">{t("settlement.statements.noLines")}</Typography.Text>
  return (
    <Flex vertical gap={12}>
      <Collapse
        size="large"
        items={rows.map((row) => ({
          key: row.key,
          label: (
            <Flex justify="space-between" gap={12}>
              <Flex vertical>
                <span>{row.term_name}</span>
                <Typography.Text type="secondary" className="phone-order">
                  {row.order ? orderOf(row.order) : inWords(row.kind_name)}
                </Typography.Text>
              </Flex>
              <Flex vertical align="flex-end" className="phone-amount">
                <Money value={asSeenBy(statement.party, row)} currency={row.currency} isToned />
                <Typography.Text type="secondary">{t("settlement.own.why")}</Typography.Text>
              </Flex>
            </Flex>
          ),
          children: <WhyText because={row} />,
        }))}
      />
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("list.more")}
        </Button>
      )}
    </Flex>
  )
}
