import { Alert, Button, Card, Flex, Popconfirm } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useAct } from "@/api/act"
import { isProblem } from "@/api/problem"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import { exactTime } from "@/text/format"
import { When } from "@/text/When"
import { StatusTag } from "@/ui/StatusTag"
import { TONES } from "./words"

/** The draft that runs beside the live version, with the daily differences. */
export function Shadow({ flow }: { flow: string }) {
  const { t } = useTranslation()
  const may = useMay()
  const path = { key: flow }
  const found = useRead("read_shadow", { path })
  const refresh = ["read_shadow" as const, "list_simulations" as const]
  const start = useAct("start_shadow", { refresh })
  const stop = useAct("stop_shadow", { refresh })
  const isNone = isProblem(found.error) && found.error.status === 404
  if (found.isPending) return null
  if (found.error && !isNone) return <Alert type="warning" title={found.error.message} />
  if (isNone) {
    return (
      <Card size="small" className="facts" title={t("simulations.shadow.title")}>
        <Flex justify="space-between" gap={12} wrap align="center">
          <span>{t("simulations.shadow.about")}</span>
          {may("simulations.run") && (
            <Button loading={start.isPending} onClick={() => start.mutate({ path, body: {} })}>
              {t("simulations.shadow.start")}
            </Button>
          )}
        </Flex>
      </Card>
    )
  }
  if (!found.data) return null
  const { shadow, comparisons } = found.data
  return (
    <Card
      size="small"
      className="facts"
      title={t("simulations.shadow.title")}
      extra={
        may("simulations.run") && (
          <Popconfirm
            title={t("simulations.shadow.stopAsk")}
            okText={t("simulations.shadow.stop")}
            cancelText={t("word.cancel")}
            onConfirm={() => stop.mutate({ path })}
          >
            <Button size="small" danger loading={stop.isPending}>
              {t("simulations.shadow.stop")}
            </Button>
          </Popconfirm>
        )
      }
    >
      <p>
        {t("simulations.shadow.running", {
          since: exactTime(shadow.since).slice(0, 16),
          next: exactTime(shadow.next_at).slice(0, 16),
        })}
      </p>
      {comparisons.length === 0 ? (
        <p>{t("simulations.shadow.noneYet")}</p>
      ) : (
        <ul className="plain-list" aria-label={t("simulations.shadow.daily")}>
          {comparisons.map((one) => (
            <li key={one.id}>
              <StatusTag tone={TONES[one.status]}>
                {t(`simulations.status.${one.status}`)}
              </StatusTag>{" "}
              <Link to={`/simulations/${one.id}`}>
                <When at={one.since ?? one.created_at} />
              </Link>
              {one.pairs != null &&
                ` · ${t("simulations.shadow.counted", { pairs: one.pairs, different: one.different })}`}
              {one.difference != null &&
                ` · ${t("simulations.shadow.money", { amount: one.difference })}`}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
