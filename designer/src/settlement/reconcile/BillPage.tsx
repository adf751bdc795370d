import { Alert, Button, Collapse, Flex, Segmented, Statistic, Tag, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useParams } from "react-router"
import { Loaded } from "@/api/Loaded"
import { usePeopleNames } from "@/api/names"
import { useList, useRead } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { DifferenceShown, ReconciliationShown } from "@/api/types"
import { count, money } from "@/text/format"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"
import { inWords } from "../inWords"
import { Money } from "../Money"
import { OrderText } from "../OrderText"
import "../desk.css"
import { ProblemRows } from "../opening/ProblemRows"
import { FEES } from "./mapping"
import { usePlatformName } from "./platforms"
import { Resolve } from "./Resolve"
import { isOpen, RESULT_TONES, RESULTS, WAYS, type Way } from "./results"

export function BillPage() {
  const { id = "" } = useParams()
  const query = useRead("read_reconciliation", { path: { reconciliation_id: id } })
  return <Loaded query={query}>{(bill) => <OneBill bill={bill} />}</Loaded>
}

function OneBill({ bill }: { bill: ReconciliationShown }) {
  const { t } = useTranslation()
  const platformOf = usePlatformName()
  const nameOf = usePeopleNames()
  return (
    <Page
      title={t("settlement.reconcile.of", {
        platform: platformOf(bill.platform),
        period: bill.period,
      })}
      about={
        <Flex gap={12} wrap>
          <Link to="/settlement/reconcile">{t("menu.reconcile")}</Link>
          <span>
            {nameOf(bill.made_by)} · <When at={bill.made_at} />
          </span>
          <span>
            {t("settlement.reconcile.tolerance")}{" "}
            <Money value={bill.tolerance} currency={bill.currency} />
          </span>
        </Flex>
      }
    >
      <Flex gap={40} wrap className="facts">
        {(["ours", "theirs", "difference"] as const).map((name) => (
          <Statistic
            key={name}
            title={t(`settlement.reconcile.${name}`)}
            value={money(bill[name], bill.currency)}
          />
        ))}
      </Flex>
      {bill.problems.length > 0 && (
        <Collapse
          className="facts"
          items={[
            {
              key: "problems",
              label: t("settlement.reconcile.unreadRows", { count: bill.problems.length }),
              children: <ProblemRows problems={bill.problems} />,
            },
          ]}
        />
      )}
      <Lines bill={bill} />
    </Page>
  )
}

function Lines({ bill }: { bill: ReconciliationShown }) {
  const { t } = useTranslation()
  const may = useMay()
  const nameOf = usePeopleNames()
  const [result, setResult] = useFilter("result")
  const [resolved, setResolved] = useState<DifferenceShown>()
  const wanted = RESULTS.find((one) => one === result)
  const list = useList("list_reconciliation_lines", {
    path: { reconciliation_id: bill.id },
    query: { limit: 50, ...(wanted && { result: wanted }) },
  })
  const all = RESULTS.reduce((sum, one) => sum + (bill.counts[one] ?? 0), 0)
  const wayOf = (status: string): Way | undefined => WAYS.find((one) => one === status)
  const feeName = (fee: string) => {
    const known = FEES.find((one) => one === fee)
    return known ? t(`settlement.fee.${known}`) : fee
  }
  return (
    <Flex vertical gap={12}>
      <div className="scroll-x">
        <Segmented
          aria-label={t("settlement.reconcile.filter")}
          value={wanted ?? "all"}
          options={[
            { value: "all", label: `${t("list.all")} ${count(all)}` },
            ...RESULTS.map((one) => ({
              value: one,
              label: `${t(`settlement.reconcile.result.${one}`)} ${count(bill.counts[one] ?? 0)}`,
            })),
          ]}
          onChange={(next) => setResult(next === "all" ? undefined : String(next))}
        />
      </div>
      {bill.counts.matched === all && all > 0 && (
        <Alert type="success" showIcon title={t("settlement.reconcile.allMatched")} />
      )}
      <Rows
        query={list}
        rowKey="line"
        empty={
          <Typography.Text type="secondary">{t("settlement.reconcile.noLines")}</Typography.Text>
        }
        columns={[
          {
            title: t("settlement.order"),
            render: (_, row) => (
              <Flex vertical align="flex-start">
                <OrderText order={row.order} />
                <Typography.Text type="secondary">{feeName(row.fee)}</Typography.Text>
              </Flex>
            ),
          },
          {
            title: t("settlement.reconcile.resultName"),
            render: (_, row) => (
              <StatusTag tone={RESULT_TONES[row.result]}>{inWords(row.result_name)}</StatusTag>
            ),
          },
          ...(["ours", "theirs"] as const).map((side) => ({
            title: t(`settlement.reconcile.${side}`),
            className: "number",
            render: (_: unknown, row: DifferenceShown) => (
              <Money value={row[side]} currency={bill.currency} isToned />
            ),
          })),
          {
            title: t("settlement.reconcile.difference"),
            className: "number",
            render: (_, row) => (
              <Money value={row.difference} currency={bill.currency} isToned isStrong />
            ),
          },
          {
            title: t("settlement.reconcile.likely"),
            render: (_, row) => (row.reason_name ? inWords(row.reason_name) : "—"),
          },
          {
            title: t("settlement.reconcile.age"),
            className: "number",
            render: (_, row) =>
              row.result === "matched" ? "—" : t("time.days", { count: row.age }),
          },
          {
            title: t("settlement.reconcile.dealing"),
            render: (_, row) => {
              const way = wayOf(row.status)
              return (
                <Flex vertical gap={4} align="flex-start">
                  {way && <Tag variant="filled">{t(`settlement.reconcile.way.${way}.name`)}</Tag>}
                  {row.note && (
                    <Typography.Text type="secondary" ellipsis={{ tooltip: row.note }}>
                      {row.note} · {nameOf(row.owner_user)}
                    </Typography.Text>
                  )}
                  {isOpen(row) && may("settlement.edit") && (
                    <Button size="small" onClick={() => setResolved(row)}>
                      {t("settlement.reconcile.resolve")}
                    </Button>
                  )}
                </Flex>
              )
            },
          },
        ]}
      />
      {resolved && <Resolve bill={bill} line={resolved} close={() => setResolved(undefined)} />}
    </Flex>
  )
}
