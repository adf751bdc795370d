import { CloseOutlined } from "@ant-design/icons"
import { Alert, Button, Flex, Skeleton, Tag } from "antd"
import { useEffect, useState } from "react"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { count, span } from "@/text/format"
import { useEditor } from "../context"
import { Covered } from "./Covered"
import type { Report } from "./report"
import { sayTime, sayTimes } from "./times"
import { lastDays, type Range, WindowChoice } from "./WindowChoice"

/** What the live flow did over a range, on the canvas: thickness, counts, times on hover. */
export function HeatPanel() {
  const { flowKey, session } = useEditor()
  const { t } = useTranslation()
  const [range, setRange] = useState<Range>(() => lastDays(7))
  const heat = useRead("read_flow_heat", { path: { key: flowKey }, query: range })
  const report = heat.data as unknown as Report | undefined
  useEffect(() => {
    session.setState({
      heat: new Map(report?.coverage.lines.map((line) => [line.id, line.count])),
      times: sayTimes(report as unknown as Record<string, unknown> | undefined),
    })
  }, [report, session])
  useEffect(() => () => session.setState({ heat: new Map(), times: new Map() }), [session])
  return (
    <section className="bottom-panel heat" aria-label={t("editor.command.heat")}>
      <header>
        <Flex gap={8} align="center" wrap>
          <strong>{t("editor.command.heat")}</strong>
          <WindowChoice range={range} onChange={setRange} />
          {heat.data && <Tag>{t("editor.versions.number", { number: heat.data.version })}</Tag>}
          <Covered report={report} />
        </Flex>
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined />}
          aria-label={t("word.close")}
          onClick={() => session.setState({ panel: null })}
        />
      </header>
      <div className="heat-body">
        {heat.error && <Alert type="info" showIcon title={heat.error.message} />}
        {heat.isPending && <Skeleton active title={false} paragraph={{ rows: 2 }} />}
        {report && heat.data && (
          <>
            {!heat.data.complete && (
              <Alert type="warning" showIcon title={t("editor.heat.partly")} />
            )}
            <p>
              {t("editor.heat.runs", { count: report.runs.started })}
              {report.runs.lasting.count > 0 &&
                ` · ${t("editor.heat.lasting", { time: span(report.runs.lasting.median * 1000) })}`}
              {Object.entries(report.runs.by_status).map(([status, number]) => (
                <Tag key={status}>
                  {t(`editor.trial.status.${status as "failed"}`, { defaultValue: status })}{" "}
                  {count(number)}
                </Tag>
              ))}
            </p>
            <ul className="heat-steps">
              {[...report.steps]
                .filter((step) => step.entered > 0)
                .sort((a, b) => (b.waiting?.median ?? 0) - (a.waiting?.median ?? 0))
                .slice(0, 8)
                .map((step) => (
                  <li key={step.place}>
                    <b>{step.name || step.node}</b> {sayTime(step)}
                  </li>
                ))}
            </ul>
          </>
        )}
      </div>
    </section>
  )
}
