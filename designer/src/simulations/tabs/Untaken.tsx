import { Button, Empty, Skeleton } from "antd"
import { lazy, Suspense, useState } from "react"
import { useTranslation } from "react-i18next"
import type { Simulation } from "@/api/types"
import type { Report } from "@/editor/simulate/report"
import { findEdge } from "@/flow/graphs"
import { usePortNames, useTried } from "../useDocument"

const FlowView = lazy(async () => ({ default: (await import("@/editor/FlowView")).FlowView }))

/** What no run has reached: lines, rows of tables, and ends nobody drew; a click shows it. */
export function Untaken({ found, report }: { found: Simulation; report: Report }) {
  const { t } = useTranslation()
  const flow = useTried(found)
  const [chosen, setChosen] = useState<string>()
  const { never, lines, nodes, dead_ends } = report.coverage
  const names = new Map(nodes.map((node) => [node.id, node.name || node.id]))
  const say = (id: string) => names.get(id) ?? id
  const portOf = usePortNames(flow)
  const open = dead_ends.filter((one) => !one.last)
  const nothing = never.lines.length + never.rows.length + open.length === 0
  if (nothing) return <Empty description={t("simulations.untaken.none")} />
  return (
    <div className="untaken-tab">
      <div>
        <ul className="plain-list" aria-label={t("simulations.untaken.lines")}>
          {never.lines.map((id) => {
            const line = lines.find((one) => one.id === id)
            return (
              <li key={id}>
                <Button
                  type="link"
                  size="small"
                  aria-pressed={chosen === id}
                  onClick={() => setChosen(id)}
                >
                  {line
                    ? `${say(line.from)} · ${portOf(line.from, line.port)} → ${say(line.to)}`
                    : id}
                </Button>
              </li>
            )
          })}
        </ul>
        {never.rows.length > 0 && (
          <>
            <h3>{t("simulations.untaken.rows")}</h3>
            <ul className="plain-list">
              {never.rows.map((row) => (
                <li key={`${row.node} ${row.row}`}>
                  <Button type="link" size="small" onClick={() => setChosen(row.node)}>
                    {t("simulations.untaken.row", {
                      name: say(row.node),
                      number:
                        report.coverage.rows.find(
                          (one) => one.node === row.node && one.row === row.row,
                        )?.number ?? row.row,
                    })}
                  </Button>
                </li>
              ))}
            </ul>
          </>
        )}
        {open.length > 0 && (
          <>
            <h3>{t("simulations.untaken.ends")}</h3>
            <ul className="plain-list">
              {open.map((one) => (
                <li key={`${one.node} ${one.port}`}>
                  <Button type="link" size="small" onClick={() => setChosen(one.node)}>
                    {t("simulations.untaken.end", {
                      name: say(one.node),
                      port: portOf(one.node, one.port),
                      count: one.count,
                    })}
                  </Button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <Suspense fallback={<Skeleton active />}>
        {flow && (
          <div className="canvas-box">
            <FlowView
              flow={flow}
              heat={new Map(lines.map((line) => [line.id, line.count]))}
              focus={chosen && (findEdge(flow, chosen) || names.has(chosen)) ? chosen : undefined}
            />
          </div>
        )}
      </Suspense>
    </div>
  )
}
