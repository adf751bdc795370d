import { Flex, Tag, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import type { StatementShown } from "@/api/types"
import { When } from "@/text/When"
import { asSeenBy } from "../amounts"
import { MoneyTag } from "../entries/MoneyTag"
import { inWords } from "../inWords"
import { Money } from "../Money"
import { OrderText } from "../OrderText"
import { Why } from "../Why"

/** What the statement lists, each with its explanation; above zero the party gets it. */
export function StatementLines({ statement }: { statement: StatementShown }) {
  const { t } = useTranslation()
  const list = useList("list_statement_lines", {
    path: { statement_id: statement.id },
    query: { limit: 50 },
  })
  return (
    <Rows
      query={list}
      rowKey="key"
      empty={
        <Typography.Text type="secondary">{t("settlement.statements.noLines")}</Typography.Text>
      }
      columns={[
        {
          title: t("settlement.order"),
          render: (_, row) => (
            <Flex vertical align="flex-start">
              {row.order ? <OrderText order={row.order} /> : <span>{inWords(row.kind_name)}</span>}
              <Typography.Text type="secondary">
                <When at={row.posted_at} />
              </Typography.Text>
            </Flex>
          ),
        },
        {
          title: t("settlement.term"),
          render: (_, row) => (
            <Flex vertical>
              <span>{row.term_name}</span>
              <Typography.Text type="secondary">{inWords(row.kind_name)}</Typography.Text>
            </Flex>
          ),
        },
        {
          title: t("settlement.amount"),
          className: "number",
          render: (_, row) => (
            <Flex vertical align="flex-end">
              <Money value={asSeenBy(statement.party, row)} currency={row.currency} isToned />
              <Why because={row} of={row.order || row.term_name} name={t("settlement.why")} />
            </Flex>
          ),
        },
        { title: t("settlement.state"), render: (_, row) => <MoneyTag state={row.state} /> },
        {
          title: t("settlement.earnedIn"),
          render: (_, row) =>
            row.earned_in && row.earned_in !== row.posted_in ? (
              <Tag color="warning" variant="filled" title={t("settlement.late")}>
                {t("settlement.lateOf", { period: row.earned_in })}
              </Tag>
            ) : (
              row.earned_in
            ),
        },
      ]}
    />
  )
}
