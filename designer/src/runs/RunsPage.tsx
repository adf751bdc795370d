import { ReloadOutlined } from "@ant-design/icons"
import { App, Button, Flex, Input, Select, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useTell } from "@/api/act"
import { call } from "@/api/client"
import { useFlowNames } from "@/api/names"
import { useList, useRead } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { RunShown } from "@/api/types"
import { span } from "@/text/format"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"
import { RUN_TONES } from "./tones"

const STATUSES = Object.keys(RUN_TONES) as RunShown["status"][]

export function RunsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const may = useMay()
  const nameOf = useFlowNames()
  const [flow, setFlow] = useFilter("flow")
  const [status, setStatus] = useFilter("status")
  const [owner, setOwner] = useFilter("owner")
  const flows = useRead("list_flows", { query: { limit: 200 } }, { enabled: may("flows.read") })
  const list = useList(
    "list_runs",
    {
      query: {
        limit: 50,
        ...(flow && { flow }),
        ...(status && { status: status as RunShown["status"] }),
        ...(owner && { owner }),
      },
    },
    { every: 10_000 },
  )
  const again = useBulkResume(() => void list.refetch())
  const isFiltered = flow || status || owner
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
        <Select
          aria-label={t("runs.flow")}
          placeholder={t("runs.allFlows")}
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          value={flow || null}
          options={(flows.data?.items ?? []).map((each) => ({
            value: each.key,
            label: each.name,
          }))}
          onChange={(next) => setFlow(next ?? undefined)}
        />
        <Select
          aria-label={t("word.status")}
          placeholder={t("runs.allStatuses")}
          allowClear
          value={status || null}
          options={STATUSES.map((each) => ({ value: each, label: t(`runs.status.${each}`) }))}
          onChange={(next) => setStatus(next ?? undefined)}
        />
        <Input.Search
          aria-label={t("runs.owner")}
          placeholder={t("runs.ownerHint")}
          allowClear
          defaultValue={owner}
          onSearch={(next) => setOwner(next.trim())}
        />
        {status === "failed" && may("runs.act") && (
          <Button
            disabled={again.chosen.length === 0}
            loading={again.isBusy}
            onClick={() => void again.resume()}
          >
            {t("runs.resumeChosen", { count: again.chosen.length })}
          </Button>
        )}
      </Flex>
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

/** What the run says of its end: its result, or what stopped it. */
export function outcomeOf(run: RunShown): string {
  const output = run.output as { outcome?: unknown } | null | undefined
  const said = run.error?.message ?? output?.outcome
  return typeof said === "string" ? said : "—"
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

/** Lets several failed runs go on, one after the other; says how many could not. */
function useBulkResume(done: () => void) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const tell = useTell()
  const [chosen, setChosen] = useState<string[]>([])
  const [isBusy, setBusy] = useState(false)
  const resume = async () => {
    setBusy(true)
    let count = 0
    for (const run_id of chosen) {
      try {
        await call("resume_run", { path: { run_id }, body: {} })
        count += 1
      } catch (fault) {
        tell(fault)
        break
      }
    }
    setBusy(false)
    setChosen([])
    if (count > 0) void message.success(t("runs.resumed", { count }))
    done()
  }
  return { chosen, choose: (keys: React.Key[]) => setChosen(keys.map(String)), isBusy, resume }
}
