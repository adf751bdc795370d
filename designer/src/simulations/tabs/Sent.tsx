import { Empty, Table } from "antd"
import { useTranslation } from "react-i18next"
import type { Report } from "@/editor/simulate/report"
import { count } from "@/text/format"
import { Chart } from "@/ui/Chart"
import { JsonView } from "@/ui/JsonView"

/** What would have gone out: calls, messages, coupons, notices; tags and fields that would change. */
export function Sent({ report }: { report: Report }) {
  const { t } = useTranslation()
  const { outside, notices, tags, fields } = report.effects
  const rows = [
    ...outside.map((one) => ({
      key: `${one.connection}.${one.action} ${one.status}`,
      what: `${one.connection} · ${one.action}`,
      how: t(`simulations.sent.status.${one.status as "delivered"}`, one.status),
      count: one.count,
      examples: one.examples,
    })),
    ...notices.map((one) => ({
      key: `notice ${one.user}`,
      what: t("simulations.sent.notice", { user: one.user }),
      how: "",
      count: one.count,
      examples: one.examples,
    })),
    ...tags.map((one) => ({
      key: `tag ${one.change} ${one.tag}`,
      what: t(`simulations.sent.tag.${one.change as "added"}`, { tag: one.tag }),
      how: "",
      count: one.count,
      examples: [] as readonly unknown[],
    })),
    ...fields.map((one) => ({
      key: `field ${one.field}`,
      what: t("simulations.sent.field", { field: one.field }),
      how: "",
      count: one.count,
      examples: one.examples,
    })),
  ]
  const compared = report.comparison?.sent ?? []
  if (rows.length === 0) return <Empty description={t("simulations.sent.none")} />
  return (
    <>
      <Chart
        title={t("simulations.sent.chart")}
        kind="bar"
        category="what"
        categoryName={t("simulations.sent.what")}
        series={
          compared.length > 0
            ? [
                { key: "old", name: t("editor.compared.old") },
                { key: "new", name: t("editor.compared.new") },
              ]
            : [{ key: "count", name: t("simulations.heat.times") }]
        }
        format={count}
        fileName="sent"
        rows={
          compared.length > 0
            ? compared.map((one) => ({ what: one.action, old: one.old, new: one.new }))
            : rows.map(({ what, count: times }) => ({ what, count: times }))
        }
      />
      <Table
        size="small"
        pagination={rows.length > 30 ? { pageSize: 30 } : false}
        dataSource={rows}
        scroll={{ x: "max-content" }}
        expandable={{
          rowExpandable: (row) => row.examples.length > 0,
          expandedRowRender: (row) => <JsonView value={row.examples} />,
        }}
        columns={[
          { title: t("simulations.sent.what"), dataIndex: "what" },
          { title: t("word.status"), dataIndex: "how" },
          {
            title: t("simulations.heat.times"),
            className: "number",
            render: (_, row) => count(row.count),
          },
        ]}
      />
    </>
  )
}
