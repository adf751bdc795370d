import { AutoComplete, Button, Collapse, DatePicker, Flex, Segmented, Select, Tag } from "antd"
import dayjs from "dayjs"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useDownload } from "@/api/useDownload"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { DownloadAs } from "../DownloadAs"
import { lastMonth, thisMonth } from "../lastMonth"
import { BY, FILTERS, type Filter, OWNERS, useReportQuery } from "./asked"
import { Figures } from "./Figures"
import { Months } from "./Months"
import { RuleFilter } from "./RuleFilter"
import { askedOf } from "./range"

/** What was earned, by channel, shop, party, tier, campaign, service node, for any range. */
export function ReportsPage() {
  const { t } = useTranslation()
  const [kind, setKind] = useFilter("by")
  const by = BY.find((one) => one === kind) ?? "channel"
  const query = useReportQuery()
  const report = useRead("read_report", { path: { by }, query })
  const { download, isBusy } = useDownload()
  return (
    <Page
      title={t("menu.reports")}
      about={t("settlement.reports.about")}
      actions={
        <DownloadAs
          isBusy={isBusy}
          onChoose={(kind) => void download(`download_report_${kind}`, { path: { by }, query })}
        />
      }
    >
      <Flex vertical gap={12} className="filters">
        <div className="scroll-x">
          <Segmented
            aria-label={t("settlement.reports.by")}
            value={by}
            options={BY.map((one) => ({ value: one, label: t(`settlement.reports.kind.${one}`) }))}
            onChange={(next) => setKind(String(next))}
          />
        </div>
        <Range />
        <Filters />
      </Flex>
      <Loaded query={report}>{(found) => <Figures report={found} by={by} />}</Loaded>
      <Collapse
        className="section-head"
        destroyOnHidden
        items={[
          { key: "months", label: t("settlement.reports.months"), children: <Months by={by} /> },
        ]}
      />
    </Page>
  )
}

function Range() {
  const { t } = useTranslation()
  const [month, setMonth] = useFilter("month")
  const [since, setSince] = useFilter("since")
  const [until, setUntil] = useFilter("until")
  const asked = askedOf(month, since, until)
  const chooseMonth = (next: string | undefined) => {
    setMonth(next)
    setSince(undefined)
    setUntil(undefined)
  }
  return (
    <Flex gap={12} align="center" wrap>
      <DatePicker
        picker="month"
        allowClear={false}
        aria-label={t("settlement.reports.month")}
        value={asked.month ? dayjs(asked.month) : null}
        placeholder={t("settlement.reports.month")}
        onChange={(next) => chooseMonth(next?.format("YYYY-MM"))}
      />
      <Button onClick={() => chooseMonth(thisMonth())}>{t("settlement.reports.thisMonth")}</Button>
      <Button onClick={() => chooseMonth(lastMonth())}>{t("settlement.reports.lastMonth")}</Button>
      <DatePicker.RangePicker
        aria-label={t("settlement.reports.range")}
        value={asked.since && asked.until ? [dayjs(asked.since), dayjs(asked.until)] : null}
        onChange={(days) => {
          setSince(days?.[0]?.format("YYYY-MM-DD"))
          setUntil(days?.[1]?.format("YYYY-MM-DD"))
        }}
      />
    </Flex>
  )
}

function Filters() {
  const { t } = useTranslation()
  const [owner, setOwner] = useFilter("owner")
  return (
    <Flex gap={12} align="center" wrap>
      <Select
        allowClear
        className="report-filter"
        aria-label={t("settlement.reports.owner.label")}
        placeholder={t("settlement.reports.owner.label")}
        value={OWNERS.find((one) => one === owner) ?? null}
        options={OWNERS.map((one) => ({ value: one, label: t(`settlement.reports.owner.${one}`) }))}
        onChange={(next) => setOwner(next ?? undefined)}
      />
      {FILTERS.map((filter) => (
        <OneFilter key={filter} filter={filter} label={t(`settlement.reports.kind.${filter}`)} />
      ))}
      <RuleFilter />
    </Flex>
  )
}

/** A filter offers what the range itself has; what it offers is read when it is opened. */
function OneFilter({ filter, label }: { filter: Filter; label: string }) {
  const [value, setValue] = useFilter(filter)
  const [isOpen, setOpen] = useState(false)
  const [month] = useFilter("month")
  const [since] = useFilter("since")
  const [until] = useFilter("until")
  const found = useRead(
    "read_report",
    { path: { by: filter }, query: askedOf(month, since, until) },
    { enabled: isOpen },
  )
  if (value)
    return (
      <Tag closable variant="filled" color="processing" onClose={() => setValue(undefined)}>
        {label}: {value}
      </Tag>
    )
  const names = new Map((found.data?.rows ?? []).map((row) => [row.key, row.name]))
  return (
    <AutoComplete
      className="report-filter"
      aria-label={label}
      placeholder={label}
      showSearch={{ filterOption: true }}
      options={[...names].filter(([key]) => key).map(([value, label]) => ({ value, label }))}
      onOpenChange={(open) => open && setOpen(true)}
      onSelect={(next: string) => setValue(next)}
    />
  )
}
