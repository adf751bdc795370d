import { Empty, Table, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { Report } from "@/editor/simulate/report"
import { count } from "@/text/format"
import { JsonView } from "@/ui/JsonView"

/** What was odd: events that could not be read, runs that failed, what could not be had as then. */
export function Bad({ report }: { report: Report }) {
  const { t, i18n } = useTranslation()
  const say = (words: { zh: string; en: string }) => (i18n.language === "en" ? words.en : words.zh)
  const { events, failures, incidents, unrestored } = report
  const unheard = Object.entries(events.unheard)
  const isFine =
    events.bad.length + failures.length + incidents.length + unrestored.length + unheard.length ===
    0
  if (isFine) return <Empty description={t("simulations.bad.none")} />
  return (
    <>
      {events.bad.length > 0 && (
        <>
          <h3>{t("simulations.bad.events", { count: events.refused })}</h3>
          <Table
            size="small"
            rowKey={(row) => `${row.line} ${row.path}`}
            pagination={events.bad.length > 20 ? { pageSize: 20 } : false}
            dataSource={[...events.bad]}
            columns={[
              { title: t("simulations.bad.line"), dataIndex: "line", className: "number" },
              { title: t("simulations.bad.where"), dataIndex: "path" },
              { title: t("word.reason"), render: (_, row) => say(row.reason) },
            ]}
          />
        </>
      )}
      {failures.length > 0 && (
        <>
          <h3>{t("simulations.bad.failures")}</h3>
          <Table
            size="small"
            rowKey={(row) => `${row.code} ${row.place}`}
            pagination={false}
            dataSource={[...failures]}
            expandable={{ expandedRowRender: (row) => <JsonView value={row.examples} /> }}
            columns={[
              { title: t("simulations.bad.code"), dataIndex: "code" },
              { title: t("simulations.step"), dataIndex: "place" },
              {
                title: t("simulations.heat.times"),
                className: "number",
                render: (_, row) => count(row.count),
              },
            ]}
          />
        </>
      )}
      {incidents.length > 0 && (
        <>
          <h3>{t("simulations.bad.incidents")}</h3>
          <ul className="plain-list">
            {incidents.map((one) => (
              <li key={one.code}>
                {one.code} · {count(one.count)}
              </li>
            ))}
          </ul>
        </>
      )}
      {unheard.length > 0 && (
        <>
          <h3>{t("simulations.bad.unheard")}</h3>
          <ul className="plain-list">
            {unheard.map(([type, number]) => (
              <li key={type}>
                {type} · {count(number)}
              </li>
            ))}
          </ul>
        </>
      )}
      {unrestored.length > 0 && (
        <>
          <h3>{t("simulations.bad.unrestored")}</h3>
          <ul className="plain-list">
            {unrestored.map((one) => (
              <li key={one.en}>
                <Typography.Text>{say(one)}</Typography.Text>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
