import { Card, Empty, Table, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Fault } from "@/api/Fault"
import { rowsOf, useList, useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { EntryShown } from "@/api/types"
import { Money } from "@/settlement/Money"
import { Why } from "@/settlement/Why"
import { languageNow } from "@/text/set-up"
import { When } from "@/text/When"

/** What the ledger holds for the order of this run, each amount with how it was worked out. */
export function RunMoney({ eventId }: { eventId: string }) {
  const may = useMay()
  const isAllowed = may("settlement.read") && may("events.read")
  const event = useRead("read_one_event", { path: { event_id: eventId } }, { enabled: isAllowed })
  const order = orderOf(event.data?.data)
  return isAllowed && order ? <Entries order={order} /> : null
}

function Entries({ order }: { order: string }) {
  const { t } = useTranslation()
  const list = useList("list_settlement_entries", { query: { order, limit: 100 } })
  const rows = rowsOf<"list_settlement_entries">(list.data)
  if (list.isError) return <Fault fault={list.error} />
  if (list.isPending || rows.length === 0) return null
  const inWords = (words: { zh: string; en: string }) =>
    languageNow() === "en" ? words.en : words.zh
  return (
    <>
      <Typography.Title level={2}>{t("runs.money")}</Typography.Title>
      <Card size="small" className="facts">
        <Typography.Paragraph type="secondary">{t("runs.moneyAbout")}</Typography.Paragraph>
        <Table<EntryShown>
          rowKey="key"
          size="small"
          pagination={false}
          scroll={{ x: "max-content" }}
          dataSource={rows}
          locale={{ emptyText: <Empty description={t("runs.moneyNone")} /> }}
          columns={[
            { title: t("runs.moneyWhat"), render: (_, row) => row.term_name || row.term },
            {
              title: t("runs.moneyWho"),
              render: (_, row) => `${inWords(row.from_name)} → ${inWords(row.to_name)}`,
            },
            { title: t("runs.moneyKind"), render: (_, row) => inWords(row.kind_name) },
            { title: t("word.status"), render: (_, row) => inWords(row.state_name) },
            { title: t("runs.moneyAt"), render: (_, row) => <When at={row.posted_at} /> },
            {
              title: t("runs.moneyAmount"),
              align: "end",
              render: (_, row) => (
                <Why because={row} of={row.term_name}>
                  <Money value={row.amount} currency={row.currency} />
                </Why>
              ),
            },
          ]}
        />
      </Card>
    </>
  )
}

/** How the ledger calls the order that an event tells of; of a refund, the order it belongs to. */
export function orderOf(data: Record<string, unknown> | undefined): string | undefined {
  const order = data?.order as { [name: string]: unknown } | undefined
  const refund = data?.refund as { [name: string]: unknown } | undefined
  const record = order ?? refund
  const number = order ? order.external_id : refund?.order_id
  if (!record || typeof number !== "string" || typeof record.platform !== "string") return undefined
  return `${record.platform}/${typeof record.shop === "string" ? record.shop : ""}/${number}`
}
