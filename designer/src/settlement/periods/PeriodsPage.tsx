import { Alert, Button, Flex, Input, Tabs, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import type { PeriodShown } from "@/api/types"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { StatusTag, type Tone } from "@/ui/StatusTag"
import { isPeriod } from "../entries/pickers"
import { Factors } from "./Factors"
import { PeriodDrawer } from "./PeriodDrawer"

const TONES: Record<PeriodShown["status"], Tone> = {
  open: "working",
  closing: "unsure",
  locked: "good",
}

export function PeriodTag({ status }: { status: PeriodShown["status"] }) {
  const { t } = useTranslation()
  return <StatusTag tone={TONES[status]}>{t(`settlement.periods.status.${status}`)}</StatusTag>
}

/** Open → closing → locked; a look at what closing will make comes before it. */
export function PeriodsPage() {
  const { t } = useTranslation()
  const [view, setView] = useFilter("view")
  const [open, setOpen] = useFilter("open")
  return (
    <Page title={t("menu.periods")} about={t("settlement.periods.about")}>
      <Alert
        type="info"
        showIcon
        className="facts"
        title={t("settlement.periods.lateTitle")}
        description={t("settlement.periods.lateAbout")}
      />
      <Tabs
        activeKey={view === "factors" ? "factors" : "periods"}
        onChange={(next) => setView(next === "factors" ? next : undefined)}
        items={[
          {
            key: "periods",
            label: t("settlement.periods.list"),
            children: <Periods open={setOpen} />,
          },
          { key: "factors", label: t("settlement.factors.title"), children: <Factors /> },
        ]}
      />
      {open && <PeriodDrawer key={open} period={open} close={() => setOpen(undefined)} />}
    </Page>
  )
}

function Periods({ open }: { open: (key: string) => void }) {
  const { t } = useTranslation()
  const nameOf = usePeopleNames()
  const list = useList("list_settlement_periods", { query: { limit: 50 } }, { every: 20_000 })
  return (
    <Flex vertical gap={12}>
      <OtherPeriod open={open} />
      <Rows
        query={list}
        rowKey="key"
        open={(row) => open(row.key)}
        empty={<Typography.Text type="secondary">{t("settlement.periods.none")}</Typography.Text>}
        columns={[
          {
            title: t("settlement.period"),
            render: (_, row) => (
              <Button type="link" className="inline-link" onClick={() => open(row.key)}>
                {row.key}
              </Button>
            ),
          },
          {
            title: t("word.status"),
            render: (_, row) => (
              <Flex vertical gap={4} align="flex-start">
                <PeriodTag status={row.status} />
                {(row.faults ?? []).length > 0 && (
                  <Typography.Text type="danger">
                    {t("settlement.periods.waits", { count: row.faults?.length ?? 0 })}
                  </Typography.Text>
                )}
              </Flex>
            ),
          },
          { title: t("settlement.periods.closedBy"), render: (_, row) => nameOf(row.closed_by) },
          {
            title: t("settlement.periods.lockedAt"),
            render: (_, row) => <When at={row.locked_at ?? row.closing_at} />,
          },
          {
            title: t("word.actions"),
            render: (_, row) => (
              <Flex gap={12}>
                <Link to={`/settlement/entries?period=${row.key}`}>
                  {t("settlement.periods.entries")}
                </Link>
                <Link to={`/settlement/statements?period=${row.key}`}>
                  {t("settlement.periods.statements")}
                </Link>
              </Flex>
            ),
          },
        ]}
      />
    </Flex>
  )
}

/** A period nothing was posted in yet is in no list: it is opened by its name. */
function OtherPeriod({ open }: { open: (key: string) => void }) {
  const { t } = useTranslation()
  const [isWrong, setWrong] = useState(false)
  return (
    <div className="filters">
      <Input.Search
        aria-label={t("settlement.periods.other")}
        placeholder={t("settlement.periods.otherForm")}
        enterButton={t("settlement.periods.look")}
        status={isWrong ? "error" : ""}
        onChange={() => setWrong(false)}
        onSearch={(text) => {
          const key = text.trim().toUpperCase()
          if (isPeriod(key)) open(key)
          else if (key) setWrong(true)
        }}
        style={{ width: 320, maxWidth: "100%" }}
      />
      {isWrong && (
        <Typography.Text type="danger" role="alert">
          {" "}
          {t("settlement.periodForm")}
        </Typography.Text>
      )}
    </div>
  )
}
