import { Alert, Skeleton } from "antd"
import { lazy, Suspense, useMemo } from "react"
import { useTranslation } from "react-i18next"
import type { Simulation } from "@/api/types"
import type { Report } from "@/editor/simulate/report"
import { sayTimes } from "@/editor/simulate/times"
import { count } from "@/text/format"
import { Chart } from "@/ui/Chart"
import { useTried } from "../useDocument"

const FlowView = lazy(async () => ({ default: (await import("@/editor/FlowView")).FlowView }))

/** Traffic on the canvas: thickness and count of every line, times on hover; the ways taken. */
export function Heat({ found, report }: { found: Simulation; report: Report }) {
  const { t } = useTranslation()
  const flow = useTried(found)
  const heat = useMemo(
    () => new Map(report.coverage.lines.map((line) => [line.id, line.count])),
    [report],
  )
  const times = useMemo(() => sayTimes(report as unknown as Record<string, unknown>), [report])
  const names = new Map(report.coverage.nodes.map((node) => [node.place, node.name || node.id]))
  return (
    <>
      {found.which === "draft" && (
        <Alert className="block" type="info" title={t("simulations.draftToday")} />
      )}
      <Suspense fallback={<Skeleton active />}>
        {flow && (
          <div className="canvas-box">
            <FlowView flow={flow} heat={heat} times={times} />
          </div>
        )}
      </Suspense>
      <Chart
        title={t("simulations.heat.entered")}
        kind="bar"
        category="name"
        categoryName={t("simulations.step")}
        series={[{ key: "entered", name: t("simulations.heat.times") }]}
        format={count}
        fileName={`heat-${found.id}`}
        rows={report.coverage.nodes.map((node) => ({
          name: node.name || node.id,
          entered: node.entered,
        }))}
      />
      <h3>{t("simulations.heat.paths")}</h3>
      <ol className="paths">
        {report.paths.slice(0, 20).map((path) => (
          <li key={path.steps.map((step) => `${step.place}.${step.port}`).join(" ")}>
            <b>
              {count(path.count)} · {Math.round(path.share * 1000) / 10}%
            </b>{" "}
            {path.steps.map((step) => names.get(step.place) ?? step.place).join(" → ")}{" "}
            <em>{t(`simulations.runStatus.${path.status as "failed"}`, path.status)}</em>
          </li>
        ))}
      </ol>
    </>
  )
}
