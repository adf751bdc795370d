import { useMutation } from "@tanstack/react-query"
import { Button, Flex, Input, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useTell } from "@/api/act"
import { call } from "@/api/client"
import type { Card, Tier } from "@/api/types"
import { Chart } from "@/ui/Chart"
import { Labelled } from "../Labelled"
import { lastMonth } from "../lastMonth"
import { Money } from "../Money"
import { minus, plus } from "./decimals"
import { useDesk } from "./desk"
import type { Model } from "./models"
import { put } from "./pointer"
import { worthAt } from "./tiers"

type Tiered = Extract<Model, { tiers: Tier[] }>

/** The same tiers read both ways: as a picture, and on the orders of a past month. */
export function Readings({ ruleId, model }: { ruleId: string; model: Tiered }) {
  const { t } = useTranslation()
  const { document, currency } = useDesk()
  const tell = useTell()
  const [period, setPeriod] = useState(lastMonth())
  const compare = useMutation({
    mutationFn: async () => {
      const { allow_fall: _, ...plain } = { allow_fall: false, ...model }
      const at = `/rules/${ruleId}/model`
      const graduated = put(document, at, { ...plain, kind: "graduated" })
      const volume = put(document, at, { ...plain, kind: "volume", allow_fall: true })
      const [parts, whole] = await Promise.all([worth(graduated, period), worth(volume, period)])
      return { parts, whole }
    },
    onError: tell,
  })
  const isComparable = model.by !== "qualifying"
  if (!isComparable || model.tiers.length < 2) return null
  const found = compare.data
  return (
    <section className="part">
      <Typography.Title level={3}>{t("rates.tier.compare")}</Typography.Title>
      {model.by !== "count" && <Picture tiers={model.tiers} />}
      <Flex gap={8} align="center" wrap>
        <Labelled label={t("rates.tier.ordersOf")} isInline>
          {(id) => (
            <Input
              id={id}
              style={{ width: 110 }}
              value={period}
              onChange={(event) => setPeriod(event.target.value.trim())}
            />
          )}
        </Labelled>
        <Button loading={compare.isPending} onClick={() => compare.mutate()}>
          {t("rates.tier.compareGo")}
        </Button>
      </Flex>
      {found && (
        <Typography.Paragraph className="part" role="status">
          {t("rates.tier.asParts")} <Money value={found.parts} currency={currency} isStrong />
          {t("rates.tier.asWhole")} <Money value={found.whole} currency={currency} isStrong />
          {t("rates.tier.difference")}{" "}
          <Money value={minus(found.whole, found.parts)} currency={currency} isStrong isToned />
        </Typography.Paragraph>
      )}
    </section>
  )
}

async function worth(document: Card, period: string): Promise<string> {
  const { rows } = await call("what_if_totals", { body: { document, period } })
  return rows.reduce((sum, row) => plus(sum, row.would), "0")
}

/** The cliffs of one reading beside the bends of the other. */
function Picture({ tiers }: { tiers: readonly Tier[] }) {
  const { t } = useTranslation()
  const top = Number(tiers.at(-1)?.from ?? 0) * 1.4 || 1000
  const edges = tiers.flatMap((tier) => [Number(tier.from) - 1, Number(tier.from) + 1])
  const steps = Array.from({ length: 13 }, (_, index) => (top * index) / 12)
  const totals = [...new Set([...steps, ...edges.filter((edge) => edge > 0)])].sort((a, b) => a - b)
  const rows = totals.map((total) => ({
    total: Math.round(total).toLocaleString(),
    graduated: Math.round(worthAt(tiers, "graduated", total)),
    volume: Math.round(worthAt(tiers, "volume", total)),
  }))
  return (
    <Chart
      title={t("rates.tier.picture")}
      kind="line"
      rows={rows}
      category="total"
      categoryName={t("rates.tier.total")}
      series={[
        { key: "graduated", name: t("rates.tier.parts") },
        { key: "volume", name: t("rates.tier.whole") },
      ]}
      format={(value) => value.toLocaleString()}
    />
  )
}
