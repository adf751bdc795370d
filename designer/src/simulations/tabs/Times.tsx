import { Empty, Table } from "antd"
import { useTranslation } from "react-i18next"
import type { Report } from "@/editor/simulate/report"
import { count, span } from "@/text/format"
import { Chart } from "@/ui/Chart"

const say = (seconds: number | null | undefined) =>
  seconds === null || seconds === undefined ? "—" : span(seconds * 1000)

/** Where time goes: waiting at steps, and colleagues' queues in their working hours. */
export function Times({ report }: { report: Report }) {
  const { t } = useTranslation()
  const steps = report.steps.filter(
    (step) => step.entered > 0 && ((step.waiting?.count ?? 0) > 0 || step.tasks),
  )
  if (steps.length === 0 && report.people.length === 0) {
    return <Empty description={t("simulations.times.none")} />
  }
  return (
    <>
      <Chart
        title={t("simulations.times.chart")}
        kind="bar"
        category="name"
        categoryName={t("simulations.step")}
        series={[
          { key: "median", name: t("simulations.times.median") },
          { key: "longest", name: t("simulations.times.longest") },
        ]}
        format={(seconds) => span(seconds * 1000)}
        fileName="times"
        rows={steps.map((step) => ({
          name: step.name || step.node,
          median: step.waiting?.median ?? 0,
          longest: step.waiting?.longest ?? 0,
        }))}
      />
      <Table
        size="small"
        rowKey="place"
        pagination={false}
        scroll={{ x: "max-content" }}
        dataSource={steps}
        columns={[
          { title: t("simulations.step"), render: (_, step) => step.name || step.node },
          {
            title: t("simulations.heat.times"),
            className: "number",
            render: (_, step) => count(step.entered),
          },
          {
            title: t("simulations.times.median"),
            className: "number",
            render: (_, step) => say(step.waiting?.median),
          },
          {
            title: t("simulations.times.p90"),
            className: "number",
            render: (_, step) => say(step.waiting?.p90),
          },
          {
            title: t("simulations.times.longest"),
            className: "number",
            render: (_, step) => say(step.waiting?.longest),
          },
          {
            title: t("simulations.times.queued"),
            className: "number",
            render: (_, step) => say(step.tasks?.queued),
          },
          {
            title: t("simulations.times.worked"),
            className: "number",
            render: (_, step) => say(step.tasks?.worked),
          },
        ]}
      />
      {report.people.length > 0 && (
        <>
          <h3>{t("simulations.times.people")}</h3>
          <Table
            size="small"
            rowKey="id"
            pagination={false}
            scroll={{ x: "max-content" }}
            dataSource={[...report.people]}
            columns={[
              { title: t("simulations.times.person"), dataIndex: "name" },
              {
                title: t("simulations.times.tasks"),
                className: "number",
                render: (_, one) => count(one.tasks),
              },
              {
                title: t("simulations.times.busy"),
                className: "number",
                render: (_, one) => say(one.busy),
              },
              {
                title: t("simulations.times.queue"),
                className: "number",
                render: (_, one) => count(one.longest_queue),
              },
            ]}
          />
        </>
      )}
      {Object.entries(report.nobody).map(([role, tasks]) => (
        <p key={role}>{t("simulations.times.nobody", { role, count: tasks })}</p>
      ))}
    </>
  )
}
