import { useQueries } from "@tanstack/react-query"
import { Skeleton } from "antd"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { Fault } from "@/api/Fault"
import { keyOf } from "@/api/queries"
import { money } from "@/text/format"
import { useFilter } from "@/ui/address"
import { Chart } from "@/ui/Chart"
import { thisMonth } from "../lastMonth"
import { type By, useChosen } from "./asked"
import { useKeyName } from "./Figures"
import { askedOf, monthsUpTo } from "./range"

const MANY = 6
const LARGEST = 6

/** Half a year, month by month, the largest keys stacked; with the same filters. */
export function Months({ by }: { by: By }) {
  const { t } = useTranslation()
  const nameOf = useKeyName(by)
  const [month] = useFilter("month")
  const [until] = useFilter("until")
  const chosen = useChosen()
  const last = askedOf(until.slice(0, 7) || month, "", "").month ?? thisMonth()
  const months = monthsUpTo(last, MANY)
  const found = useQueries({
    queries: months.map((each) => {
      const given = { path: { by }, query: { month: each, ...chosen } }
      return {
        queryKey: keyOf("read_report", given),
        queryFn: () => call("read_report", given),
        staleTime: 60_000,
      }
    }),
  })
  const fault = found.find((one) => one.isError)?.error
  if (fault) return <Fault fault={fault} />
  if (found.some((one) => one.isPending)) return <Skeleton active aria-busy="true" />
  const rows = found.flatMap((one) => one.data?.rows ?? [])
  // Money of several currencies has no common bar: the first one that is there.
  const currency = rows[0]?.currency ?? "CNY"
  const own = rows.filter((row) => row.currency === currency)
  const weight = new Map<string, number>()
  for (const row of own)
    weight.set(row.key, (weight.get(row.key) ?? 0) + Math.abs(Number(row.amount)))
  const keys = [...weight.entries()]
    .sort((a, b) => b[1] - a[1])
    .slice(0, LARGEST)
    .map(([key]) => key)
  const nameByKey = new Map(own.map((row) => [row.key, nameOf(row)]))
  return (
    <Chart
      title={t("settlement.reports.monthsOf", { by: t(`settlement.reports.kind.${by}`) })}
      kind="stacked"
      category="month"
      categoryName={t("settlement.reports.month")}
      rows={months.map((each, index) => ({
        month: each,
        ...Object.fromEntries(
          keys.map((key) => [
            `k:${key}`,
            found[index]?.data?.rows.find((row) => row.key === key && row.currency === currency)
              ?.amount ?? "0",
          ]),
        ),
      }))}
      series={keys.map((key) => ({ key: `k:${key}`, name: nameByKey.get(key) ?? key }))}
      format={(value) => money(value.toFixed(2), currency)}
      fileName={`${by}-${months[0]}-${last}`}
    />
  )
}
