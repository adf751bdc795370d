import { Card, Statistic } from "antd"
import { useTranslation } from "react-i18next"
import type { Simulation } from "@/api/types"
import type { Report } from "@/editor/simulate/report"
import { isRecord } from "@/flow/ports"
import { count, money, span } from "@/text/format"

/** The figures one looks for first; against another version, what changed. */
export function Totals({ found, report }: { found: Simulation; report: Report }) {
  const { t } = useTranslation()
  const { comparison } = report
  const [done, all] = report.coverage.covered.lines
  const took =
    found.ended_at === null ? null : Date.parse(found.ended_at) - Date.parse(found.created_at)
  const sent = comparison?.sent.reduce((sum, one) => sum + one.new - one.old, 0) ?? 0
  const figures: [string, string][] = [
    [t("simulations.total.events"), count(report.events.used)],
    [t("simulations.total.runs"), count(report.runs.started)],
    [t("simulations.total.lines"), `${done}/${all}`],
  ]
  if (report.cases) {
    figures.push([t("simulations.total.cases"), `${report.passed ?? 0}/${report.cases.length}`])
  }
  if (comparison) {
    figures.push([t("simulations.total.different"), count(comparison.different)])
    figures.push([t("simulations.total.sent"), sent > 0 ? `+${count(sent)}` : count(sent)])
    for (const gap of listOf(comparison.money?.differences)) {
      if (typeof gap.currency === "string") {
        figures.push([t("simulations.total.money"), money(String(gap.amount), gap.currency)])
      }
    }
  }
  if (took !== null) figures.push([t("simulations.total.took"), span(took)])
  return (
    <Card className="facts totals">
      {figures.map(([title, value]) => (
        <Statistic key={title} title={title} value={value} />
      ))}
    </Card>
  )
}

const listOf = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord) : [])
