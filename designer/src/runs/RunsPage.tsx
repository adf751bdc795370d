import { ReloadOutlined } from "@ant-design/icons"
import { Alert, Button, DatePicker, Flex, Input, Select, Typography } from "antd"
import dayjs, { type Dayjs } from "dayjs"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate, useSearchParams } from "react-router"
import { useAct } from "@/api/act"
import { FlowSelect } from "@/api/FlowSelect"
import { useFlowNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import { RUN_TONES } from "@/api/tones"
import type { RunShown } from "@/api/types"
import { span } from "@/text/format"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { SavedFilters } from "@/ui/SavedFilters"
import { StatusTag } from "@/ui/StatusTag"
import { useAsk } from "@/ui/useAsk"
import { outcomeOf } from "./outcome"

const MOST = 200 // runs in one call
const STATUSES = Object.keys(RUN_TONES) as RunShown["status"][]

export function RunsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const may = useMay()
  const nameOf = useFlowNames()
  const [flow, setFlow] = useFilter("flow")
  const [status, setStatus] = useFilter("status")
  const [owner, setOwner] = useFilter("owner")
  const [since, until, setRange] = useRange()
  const list = useList(
    "list_runs",
    {
      query: {
        limit: 50,
        ...(flow && { flow }),
        ...(status && { status: status as RunShown["status"] }),
        ...(owner && { owner }),
        ...(since && { since }),
        ...(until && { until }),
      },
    },
    { every: 10_000 },
  )
  const again = useBulkResume()
  const isFiltered = flow || status || owner || since || until
  return (
    <Page
      title={t("menu.runs")}
      about={t("runs.about")}
      actions={
        <Button
          icon={<ReloadOutlined />}
          loading={list.isRefetching}
          onClick={() => void list.refetch()}
        >
          {t("list.refresh")}
        </Button>
      }
    >
      <Flex gap={8} wrap className="filters">
        <FlowSelect value={flow} onChange={setFlow} />
        <Select
          aria-label={t("word.status")}
          placeholder={t("runs.allStatuses")}
          allowClear
          value={status || null}
          options={STATUSES.map((each) => ({ value: each, label: t(`runs.status.${each}`) }))}
          onChange={(next) => setStatus(next ?? undefined)}
        />
        <DatePicker.RangePicker
          showTime={{ format: "HH:mm" }}
          format="MM-DD HH:mm"
          allowEmpty={[true, true]}
          placeholder={[t("runs.from"), t("runs.until")]}
          value={[since ? dayjs(since) : null, until ? dayjs(until) : null]}
          onChange={(range) => setRange(range?.[0] ?? null, range?.[1] ?? null)}
        />
        <Input.Search
          key={owner}
          aria-label={t("runs.owner")}
          placeholder={t("runs.ownerHint")}
          allowClear
          defaultValue={owner}
          onSearch={(next) => setOwner(next.trim())}
        />
        <SavedFilters list="runs" />
        {status === "failed" && may("runs.act") && (
          <Button
            type="primary"
            disabled={again.chosen.length === 0}
            loading={again.isBusy}
            onClick={again.resume}
          >
            {t("runs.resumeChosen", { count: again.chosen.length })}
          </Button>
        )}
      </Flex>
      {again.refused.length > 0 && (
        <Alert
          type="warning"
          showIcon
          closable
          className="section-head"
          title={t("runs.notResumed", { count: again.refused.length })}
          description={
            <ul className="problem-items">
              {again.refused.slice(0, 10).map((each) => (
                <li key={each.run_id}>
                  <Link to={`/runs/${each.run_id}`}>…{each.run_id.slice(-6)}</Link> {each.message}
                </li>
              ))}
            </ul>
          }
        />
      )}
      <Rows
        query={list}
        rowKey="id"
        open={(run) => void navigate(`/runs/${run.id}`)}
        selection={
          status === "failed" && may("runs.act")
            ? { selectedRowKeys: again.chosen, onChange: again.choose }
            : undefined
        }
        empty={
          <Typography.Text type="secondary">
            {isFiltered ? t("runs.noneHere") : t("runs.none")}
          </Typography.Text>
        }
        columns={[
          {
            title: t("word.status"),
            width: 120,
            render: (_, run) => (
              <StatusTag tone={RUN_TONES[run.status]}>{t(`runs.status.${run.status}`)}</StatusTag>
            ),
          },
          {
            title: t("runs.flow"),
            render: (_, run) => <Link to={`/runs/${run.id}`}>{nameOf(run.flow)}</Link>,
          },
          { title: t("runs.result"), render: (_, run) => outcomeOf(run) },
          {
            title: t("runs.owner"),
            render: (_, run) => <OwnerLink owner={run.owner} choose={setOwner} />,
          },
          { title: t("runs.startedAt"), render: (_, run) => <When at={run.started_at} /> },
          {
            title: t("runs.took"),
            className: "number",
            render: (_, run) =>
              run.ended_at ? span(Date.parse(run.ended_at) - Date.parse(run.started_at)) : "—",
          },
        ]}
      />
    </Page>
  )
}

function OwnerLink({ owner, choose }: { owner: string; choose: (owner: string) => void }) {
  const { t } = useTranslation()
  const [kind = "", id = ""] = owner.split(":")
  const words = t(`runs.ownerKind.${kind as "customer"}`, { defaultValue: kind })
  return (
    <Button
      type="link"
      size="small"
      className="inline-link"
      title={owner}
      onClick={() => choose(owner)}
    >
      {words} …{id.slice(-6)}
    </Button>
  )
}

/** The range of time the list is of, in the address. */
function useRange(): [string, string, (since: Dayjs | null, until: Dayjs | null) => void] {
  const [params, setParams] = useSearchParams()
  const set = (since: Dayjs | null, until: Dayjs | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before)
        for (const [name, at] of [
          ["since", since],
          ["until", until],
        ] as const) {
          if (at) next.set(name, at.toISOString())
          else next.delete(name)
        }
        return next
      },
      { replace: true },
    )
  return [momentOf(params.get("since")), momentOf(params.get("until")), set]
}

/** An address may say anything: what is no time counts as none. */
function momentOf(written: string | null): string {
  return written && dayjs(written).isValid() ? dayjs(written).toISOString() : ""
}

/** Lets several failed runs go on in one call; those that cannot are named. */
function useBulkResume() {
  const { t } = useTranslation()
  const ask = useAsk()
  const [chosen, setChosen] = useState<string[]>([])
  const resume = useAct("resume_runs", {
    refresh: ["list_runs", "list_incidents"],
    done: () => setChosen([]),
  })
  return {
    chosen,
    choose: (keys: React.Key[]) => setChosen(keys.map(String)),
    isBusy: resume.isPending,
    refused: resume.data?.refused ?? [],
    resume: () =>
      ask({
        title: t("runs.resumeChosen", { count: chosen.length }),
        about: t("runs.resumeAbout"),
        go: t("runs.resume"),
        done: (reason) => resume.mutateAsync({ body: { run_ids: chosen.slice(0, MOST), reason } }),
      }),
  }
}
