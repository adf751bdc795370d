import { Alert, Card, Flex, Statistic, Table, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import type { ReportLine, ReportShown } from "@/api/types"
import { count, money } from "@/text/format"
import { Chart } from "@/ui/Chart"
import { sumOf } from "../amounts"
import { Money } from "../Money"
import "../desk.css"
import type { By } from "./asked"

const SHOWN = 20

/** Sums, a chart and a table for each currency; what an exclusion took out stands below. */
export function Figures({ report, by }: { report: ReportShown; by: By }) {
  const { t } = useTranslation()
  const currencies = [...new Set(report.rows.map((row) => row.currency))]
  if (currencies.length === 0)
    return <Alert type="info" showIcon title={t("settlement.reports.nothing")} />
  return (
    <Flex vertical gap={20}>
      {currencies.map((currency) => (
        <OneCurrency
          key={currency}
          by={by}
          currency={currency}
          rows={report.rows.filter((row) => row.currency === currency)}
          fileName={`${by}-${report.since}-${report.until}`}
        />
      ))}
      {report.left_out.length > 0 && <LeftOut report={report} />}
    </Flex>
  )
}

interface Props {
  by: By
  currency: string
  rows: ReportLine[]
  fileName: string
}

function OneCurrency({ by, currency, rows, fileName }: Props) {
  const { t } = useTranslation()
  const nameOf = useKeyName(by)
  const shown = (value: number) => money(value.toFixed(2), currency)
  const sum = (name: "base" | "amount") =>
    sumOf(
      rows.map((row) => row[name]),
      currency,
    )
  return (
    <Flex vertical gap={20}>
      <Flex gap={40} wrap>
        <Statistic title={t("settlement.reports.amount")} value={money(sum("amount"), currency)} />
        <Statistic title={t("settlement.base")} value={money(sum("base"), currency)} />
      </Flex>
      <Card>
        <Chart
          title={t("settlement.reports.chart", { by: t(`settlement.reports.kind.${by}`) })}
          kind="bar"
          rows={rows
            .slice(0, SHOWN)
            .map((row) => ({ name: nameOf(row), amount: row.amount, base: row.base }))}
          category="name"
          categoryName={t(`settlement.reports.kind.${by}`)}
          series={[{ key: "amount", name: t("settlement.reports.amount") }]}
          format={shown}
          fileName={fileName}
        />
        {rows.length > SHOWN && (
          <Typography.Text type="secondary">
            {t("settlement.reports.largest", { count: SHOWN, all: rows.length })}
          </Typography.Text>
        )}
      </Card>
      <Table
        size="middle"
        rowKey="key"
        dataSource={rows}
        pagination={rows.length > 20 ? { pageSize: 20 } : false}
        scroll={{ x: "max-content" }}
        columns={[
          {
            title: t(`settlement.reports.kind.${by}`),
            render: (_, row) =>
              by === "party" ? (
                <Link to={`/settlement/entries?party=${row.key}`}>{nameOf(row)}</Link>
              ) : (
                nameOf(row)
              ),
          },
          {
            title: t(by === "tier" ? "settlement.reports.lines" : "settlement.reports.orders"),
            className: "number",
            sorter: (a, b) => a.orders - b.orders,
            render: (_, row) => count(row.orders),
          },
          {
            title: t("settlement.base"),
            className: "number",
            sorter: (a, b) => Number(a.base) - Number(b.base),
            render: (_, row) => <Money value={row.base} currency={currency} isToned />,
          },
          {
            title: t("settlement.reports.amount"),
            className: "number",
            sorter: (a, b) => Number(a.amount) - Number(b.amount),
            render: (_, row) => <Money value={row.amount} currency={currency} isToned isStrong />,
          },
          {
            title: t("settlement.reports.rate"),
            className: "number",
            render: (_, row) => (row.rate === null ? "—" : `${row.rate}%`),
          },
        ]}
      />
    </Flex>
  )
}

/** A key as people say it: parties have names, tiers are counted from 1, nothing is "未填". */
export function useKeyName(by: By): (row: Pick<ReportLine, "key" | "name">) => string {
  const { t } = useTranslation()
  return (row) => {
    if (!row.key) return t("settlement.reports.without")
    if (by === "tier" && /^\d+$/.test(row.key))
      return t("settlement.reports.tier", { number: row.key })
    return row.name || row.key
  }
}

function LeftOut({ report }: { report: ReportShown }) {
  const { t } = useTranslation()
  return (
    <section>
      <Typography.Title level={2}>{t("settlement.reports.leftOut")}</Typography.Title>
      <Table
        size="small"
        rowKey={(row) => `${row.card} ${row.term} ${row.kind} ${row.name}`}
        dataSource={report.left_out}
        pagination={false}
        columns={[
          { title: t("settlement.card"), dataIndex: "card" },
          { title: t("settlement.term"), dataIndex: "term" },
          {
            title: t("settlement.reports.because"),
            render: (_, row) =>
              row.kind === "unpriced"
                ? t("settlement.reports.unpriced")
                : t("settlement.reports.excluded", { name: row.name }),
          },
          {
            title: t("settlement.reports.lines"),
            className: "number",
            render: (_, row) => count(row.lines),
          },
        ]}
      />
    </section>
  )
}
