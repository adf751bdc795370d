import { Card, Descriptions, Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { EffectShown, ExchangesShown } from "@/api/types"
import { count, shortTime, span } from "@/text/format"
import { languageNow } from "@/text/set-up"
import { When } from "@/text/When"
import { Chart } from "@/ui/Chart"
import { JsonView } from "@/ui/JsonView"
import { StatusTag } from "@/ui/StatusTag"

const STATES = ["delivered", "failed", "unknown", "waiting"] as const

/** A day of a connection: how much arrived, how quickly, and what went wrong last. */
export function Traffic({ connection }: { connection: string }) {
  const query = useRead("read_exchanges", { path: { key: connection } }, { every: 15_000 })
  return (
    <Loaded query={query}>
      {(found) => (
        <>
          <Figures found={found} />
          <Faults faults={found.faults} />
        </>
      )}
    </Loaded>
  )
}

function Figures({ found }: { found: ExchangesShown }) {
  const { t } = useTranslation()
  const waiting = found.hours.reduce((sum, hour) => sum + hour.waiting, 0)
  const isUsed = found.success !== null || waiting > 0
  const seconds = (value: number | null) => (value === null ? "—" : span(value * 1000))
  return (
    <Card title={<h2 className="card-title">{t("connections.traffic.day")}</h2>}>
      {!isUsed && (
        <Typography.Text type="secondary">{t("connections.traffic.nothing")}</Typography.Text>
      )}
      {isUsed && (
        <>
          <Descriptions
            column={{ xs: 1, sm: 2, lg: 4 }}
            items={[
              {
                key: "success",
                label: t("connections.traffic.success"),
                children: found.success === null ? "—" : `${(found.success * 100).toFixed(1)}%`,
              },
              {
                key: "sent",
                label: t("connections.traffic.sent"),
                children: count(found.delivered),
              },
              {
                key: "failed",
                label: t("connections.traffic.failed"),
                children: count(found.failed),
              },
              {
                key: "unknown",
                label: t("connections.traffic.unknown"),
                children: count(found.unknown),
              },
              {
                key: "median",
                label: t("connections.traffic.median"),
                children: seconds(found.median_seconds),
              },
              {
                key: "slow",
                label: t("connections.traffic.slow"),
                children: (
                  <span title={t("connections.traffic.slowHelp")}>
                    {seconds(found.slow_seconds)}
                  </span>
                ),
              },
              {
                key: "oldest",
                label: t("connections.traffic.oldest"),
                children: found.oldest_waiting_at
                  ? span(Date.now() - Date.parse(found.oldest_waiting_at))
                  : "—",
              },
            ]}
          />
          <Chart
            title={t("connections.traffic.byHour")}
            kind="line"
            category="hour"
            categoryName={t("connections.traffic.hour")}
            rows={found.hours.map((hour) => ({ ...hour, hour: shortTime(hour.at) }))}
            series={STATES.map((key) => ({
              key,
              name: t(`connections.traffic.${key === "delivered" ? "sent" : key}`),
            }))}
            format={count}
          />
        </>
      )}
    </Card>
  )
}

/** The newest exchanges that went wrong, with what was sent; secrets are covered. */
function Faults({ faults }: { faults: EffectShown[] }) {
  const { t } = useTranslation()
  const may = useMay()
  if (faults.length === 0) return null
  return (
    <Card title={<h2 className="card-title">{t("connections.traffic.faults")}</h2>}>
      {faults.map((each) => (
        <details key={each.key} className="fault">
          <summary>
            <Flex gap={8} align="center" wrap component="span">
              <StatusTag tone={each.status === "failed" ? "bad" : "unsure"}>
                {t(`runs.effect.${each.status as "failed"}`, { defaultValue: each.status })}
              </StatusTag>
              <span>{each.action}</span>
              <Typography.Text type="secondary">{saidOf(each.error)}</Typography.Text>
              <Typography.Text type="secondary">
                <When at={each.made_at} />
              </Typography.Text>
            </Flex>
          </summary>
          {may("runs.read") && (
            <Typography.Paragraph>
              <Link to={`/runs/${each.run_id}`}>{t("connections.traffic.openRun")}</Link>
            </Typography.Paragraph>
          )}
          <JsonView value={{ sent: each.args, error: each.error, answered: each.output }} />
        </details>
      ))}
    </Card>
  )
}

function saidOf(error: Record<string, unknown> | null): string {
  const message = error?.message as { zh?: string; en?: string } | string | undefined
  if (typeof message === "string") return message
  return (languageNow() === "en" ? message?.en : message?.zh) ?? String(error?.code ?? "")
}
