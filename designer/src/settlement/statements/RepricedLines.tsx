import { Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import type { StatementShown } from "@/api/types"
import { shortTime } from "@/text/format"
import { Money } from "../Money"
import { OrderText } from "../OrderText"
import { Why } from "../Why"

/** The same orders in order of payment: tiers fill one order after the other, the sum is the same. */
export function RepricedLines({ statement }: { statement: StatementShown }) {
  const { t } = useTranslation()
  const { currency } = statement
  const list = useList("list_repriced_lines", {
    path: { statement_id: statement.id },
    query: { limit: 50 },
  })
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("settlement.statements.repricedAbout")}</Typography.Text>
      <Rows
        query={list}
        rowKey={(row) => `${row.order} ${row.line} ${row.sentences[0]?.zh ?? ""} ${row.amount}`}
        empty={
          <Typography.Text type="secondary">
            {t("settlement.statements.noRepriced")}
          </Typography.Text>
        }
        columns={[
          { title: t("settlement.paidAt"), render: (_, row) => shortTime(row.paid_at) },
          {
            title: t("settlement.order"),
            render: (_, row) => <OrderText order={row.order} />,
          },
          {
            title: t("settlement.base"),
            className: "number",
            render: (_, row) => <Money value={row.base} currency={currency} isToned />,
          },
          {
            title: t("settlement.amount"),
            className: "number",
            render: (_, row) => (
              <Flex vertical align="flex-end">
                <Money value={row.amount} currency={currency} isToned />
                <Why
                  because={{ sentences: row.sentences, base: row.base, currency, order: row.order }}
                  of={row.order}
                  name={t("settlement.why")}
                />
              </Flex>
            ),
          },
        ]}
      />
    </Flex>
  )
}
