import { Empty, Table } from "antd"
import { useTranslation } from "react-i18next"
import type { Report } from "@/editor/simulate/report"
import { count } from "@/text/format"
import { JsonView } from "@/ui/JsonView"

/** What was odd: events that could not be read, runs that failed, what could not be had as then. */
export function Bad({ report }: { report: Report }) {
  const { t, i18n } = useTranslation()
  const say = (words: { zh: string; en: string }) => (i18n.language === "en" ? words.en : words.zh)
  const { events, failures, incidents, unrestored } = report
  const { refused_answers: refused = [], unheard_notices: untold = [] } = report
  const unheard = Object.entries(events.unheard)
  const roles = Object.entries(report.nobody)
  const nameOf = (place: string) =>
    report.coverage.nodes.find((node) => node.place === place)?.name || place
  const said = (one: (typeof incidents)[number]) => {
    const [first] = one.examples as readonly { message?: { zh: string; en: string } }[]
    return first?.message ? say(first.message) : one.code
  }
  const parts = [events.bad, failures, incidents, unrestored, refused, untold, unheard, roles]
  if (parts.every((part) => part.length === 0))
    return <Empty description={t("simulations.bad.none")} />
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
              { title: t("simulations.step"), render: (_, row) => nameOf(row.place) },
              {
                title: t("simulations.heat.times"),
                className: "number",
                render: (_, row) => count(row.count),
              },
            ]}
          />
        </>
      )}
      <Told
        title={t("simulations.bad.answers")}
        lines={refused.map((one) => [nameOf(one.place), count(one.count), say(one.reason)])}
      />
      <Told
        title={t("simulations.bad.roles")}
        lines={roles.map(([role, tasks]) => [role, count(tasks)])}
      />
      <Told
        title={t("simulations.bad.untold")}
        lines={untold.map((one) => [
          one.place ? nameOf(one.place) : t("simulations.bad.otherFlows"),
          count(one.count),
        ])}
      />
      <Told
        title={t("simulations.bad.incidents")}
        lines={incidents.map((one) => [said(one), count(one.count)])}
      />
      <Told
        title={t("simulations.bad.unheard")}
        lines={unheard.map(([type, number]) => [type, count(number)])}
      />
      <Told title={t("simulations.bad.unrestored")} lines={unrestored.map((one) => [say(one)])} />
    </>
  )
}

/** A list under its title; nothing where there is none. */
function Told({ title, lines }: { title: string; lines: readonly (readonly string[])[] }) {
  if (lines.length === 0) return null
  return (
    <>
      <h3>{title}</h3>
      <ul className="plain-list">
        {lines.map((line) => (
          <li key={line.join(" ")}>{line.join(" · ")}</li>
        ))}
      </ul>
    </>
  )
}
