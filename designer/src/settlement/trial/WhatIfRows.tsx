import { Empty, Flex, Table } from "antd"
import { useTranslation } from "react-i18next"
import type { WhatIfRow } from "@/api/types"
import { money } from "@/text/format"
import { Chart } from "@/ui/Chart"
import { compare, minus, plus } from "../cards/decimals"
import { isRecord } from "../cards/pointer"
import { Money } from "../Money"
import { usePartyNames } from "../names"

interface Props {
  rows: readonly WhatIfRow[]
  /** The card, for the names of its terms. */
  terms: unknown
  wouldBe: string
}

const MOST_BARS = 12

/** Totals as they are and as they would be, by party and term: a chart and every row. */
export function WhatIfRows({ rows, terms, wouldBe }: Props) {
  const { t } = useTranslation()
  const nameOf = usePartyNames()
  if (rows.length === 0)
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("rates.whatIf.none")} />
  const currency = rows[0]?.currency ?? "CNY"
  const sum = (name: "was" | "would") => rows.reduce((all, row) => plus(all, row[name]), "0")
  const [was, would] = [sum("was"), sum("would")]
  const list = isRecord(terms) && Array.isArray(terms.terms) ? terms.terms : []
  const termName = (key: string) => list.find((one) => one.key === key)?.name ?? key
  const byDifference = [...rows].sort((a, b) => compare(size(b.difference), size(a.difference)))
  return (
    <Flex vertical gap={16} role="status" aria-label={t("rates.whatIf.result")}>
      <Flex gap={32} wrap>
        {[
          [t("rates.whatIf.was"), was],
          [wouldBe, would],
          [t("rates.whatIf.difference"), minus(would, was)],
        ].map(([label, value]) => (
          <div key={label}>
            <span className="bound-head">{label}</span>
            <div className="result-amount">
              <Money value={value} currency={currency} isToned />
            </div>
          </div>
        ))}
      </Flex>
      <Chart
        title={t("rates.whatIf.chart")}
        kind="bar"
        rows={byDifference.slice(0, MOST_BARS).map((row) => ({
          party: nameOf(row.party),
          was: Number(row.was),
          would: Number(row.would),
        }))}
        category="party"
        categoryName={t("rates.whatIf.party")}
        series={[
          { key: "was", name: t("rates.whatIf.was") },
          { key: "would", name: wouldBe },
        ]}
        format={(value) => money(String(value), currency)}
      />
      <Table
        size="small"
        rowKey={(row) => `${row.party} ${row.term}`}
        pagination={rows.length > 20 ? { pageSize: 20 } : false}
        dataSource={byDifference}
        columns={[
          { title: t("rates.whatIf.party"), render: (_, row) => nameOf(row.party) },
          { title: t("rates.whatIf.term"), render: (_, row) => termName(row.term) },
          amount(t("rates.whatIf.was"), "was"),
          amount(wouldBe, "would"),
          amount(t("rates.whatIf.difference"), "difference"),
        ]}
      />
    </Flex>
  )
}

const size = (amount: string) => (amount.startsWith("-") ? amount.slice(1) : amount)

function amount(title: string, name: "was" | "would" | "difference") {
  return {
    title,
    className: "number",
    sorter: (a: WhatIfRow, b: WhatIfRow) => compare(a[name], b[name]),
    render: (_: unknown, row: WhatIfRow) => (
      <Money value={row[name]} currency={row.currency} isToned={name === "difference"} />
    ),
  }
}
