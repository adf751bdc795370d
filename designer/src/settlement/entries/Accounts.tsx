import { Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { count } from "@/text/format"
import { When } from "@/text/When"
import { StatusTag } from "@/ui/StatusTag"
import { Money } from "../Money"

/** Accounts and what they have counted; each opens its entries. */
export function Accounts({ party }: { party: string }) {
  const { t } = useTranslation()
  const list = useList("list_settlement_accounts", {
    query: { limit: 50, ...(party && { party }) },
  })
  return (
    <Rows
      query={list}
      rowKey="key"
      empty={
        <Typography.Text type="secondary">{t("settlement.entries.noAccounts")}</Typography.Text>
      }
      columns={[
        { title: t("settlement.party"), render: (_, row) => row.party_name },
        {
          title: t("settlement.term"),
          render: (_, row) => (
            <Link to={`/settlement/entries?account=${encodeURIComponent(row.key)}`}>
              {row.term_name}
            </Link>
          ),
        },
        {
          title: t("settlement.window"),
          render: (_, row) => row.window || t("settlement.noWindow"),
        },
        {
          title: t("settlement.counted"),
          className: "number",
          render: (_, row) => <Money value={row.amount} currency={row.currency} />,
        },
        {
          title: t("settlement.number"),
          className: "number",
          render: (_, row) => count(row.count),
        },
        {
          title: t("settlement.postedSum"),
          className: "number",
          render: (_, row) => <Money value={row.posted} currency={row.currency} isToned isStrong />,
        },
        {
          title: t("settlement.windowState"),
          render: (_, row) => (
            <StatusTag tone={row.closed_in ? "good" : "working"}>
              {row.closed_in
                ? t("settlement.windowClosed", { period: row.closed_in })
                : t("settlement.windowOpen")}
            </StatusTag>
          ),
        },
        { title: t("settlement.moved"), render: (_, row) => <When at={row.updated_at} /> },
      ]}
    />
  )
}
