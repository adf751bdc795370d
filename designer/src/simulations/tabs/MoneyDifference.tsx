import { Alert, Button, Empty } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { usePeopleNames } from "@/api/names"
import { useMay } from "@/api/session"
import type { Simulation } from "@/api/types"
import { Compared } from "@/editor/simulate/Compared"
import { MoneyTables } from "@/editor/simulate/MoneyTables"
import type { Report } from "@/editor/simulate/report"
import { isRecord } from "@/flow/ports"
import { money as sayMoney } from "@/text/format"
import { Chart } from "@/ui/Chart"

/** Money against the other version by party, channel and tier; the orders that differ most. */
export function MoneyDifference({ found, report }: { found: Simulation; report: Report }) {
  const { t } = useTranslation()
  const money = report.comparison?.money ?? null
  if (!report.comparison) {
    return report.money ? (
      <>
        <Alert className="block" type="info" title={t("simulations.money.alone")} />
        <MoneyTables money={report.money} />
      </>
    ) : (
      <Empty description={t("simulations.money.none")} />
    )
  }
  return (
    <>
      {money && <Agreed found={found} money={money} />}
      {money && <ByChannel money={money} />}
      {!money && <Alert className="block" type="info" title={t("simulations.money.same")} />}
      <Compared simulation={found} report={report} flowKey={found.flow_key} />
    </>
  )
}

/** The owner's yes to the difference, so that the draft may be published. */
function Agreed({ found, money }: { found: Simulation; money: Record<string, unknown> }) {
  const { t } = useTranslation()
  const may = useMay()
  const nameOf = usePeopleNames()
  const agree = useAct("agree_to_money", {
    said: t("simulations.money.agreedNow"),
    refresh: ["read_simulation", "read_publish_gate"],
  })
  const by = money.agreed_by
  if (typeof by === "string") {
    return (
      <Alert
        className="block"
        type="success"
        showIcon
        title={t("simulations.money.agreed", { name: nameOf(by) })}
      />
    )
  }
  if (!may("settlement.publish") || Number(money.difference) === 0) return null
  return (
    <Alert
      className="block"
      type="warning"
      showIcon
      title={t("simulations.money.ask")}
      action={
        <Button
          loading={agree.isPending}
          onClick={() => agree.mutate({ path: { simulation_id: found.id } })}
        >
          {t("simulations.money.agree")}
        </Button>
      }
    />
  )
}

function ByChannel({ money }: { money: Record<string, unknown> }) {
  const { t } = useTranslation()
  const rows = Array.isArray(money.by_channel) ? money.by_channel.filter(isRecord) : []
  const currency = typeof rows[0]?.currency === "string" ? rows[0].currency : "CNY"
  const shown = rows.filter((row) => row.currency === currency && Number(row.difference) !== 0)
  if (shown.length === 0) return null
  return (
    <Chart
      title={t("simulations.money.chart")}
      kind="bar"
      category="channel"
      categoryName={t("editor.money.names.channel")}
      series={[{ key: "difference", name: t("editor.money.names.difference") }]}
      format={(value) => sayMoney(String(value), currency)}
      fileName="money"
      rows={shown.map((row) => ({
        channel: [row.channel, row.platform, row.shop].filter(Boolean).map(String).join(" · "),
        difference: Number(row.difference),
      }))}
    />
  )
}
