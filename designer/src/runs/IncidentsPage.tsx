import { Button, Flex, Segmented, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useAct } from "@/api/act"
import { useFlowNames, usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { Incident } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { useAsk } from "@/ui/useAsk"

export function IncidentsPage() {
  const { t } = useTranslation()
  const [wanted, setStatus] = useFilter("status")
  const status = wanted === "resolved" ? "resolved" : "open"
  const list = useList("list_incidents", { query: { limit: 50, status } }, { every: 15_000 })
  const nameOf = usePeopleNames()
  return (
    <Page title={t("menu.incidents")} about={t("runs.incidentsAbout")}>
      <Flex className="filters">
        <Segmented
          value={status}
          onChange={(next) => setStatus(next === "open" ? undefined : next)}
          options={[
            { value: "open", label: t("runs.open") },
            { value: "resolved", label: t("runs.resolved") },
          ]}
        />
      </Flex>
      <Rows
        query={list}
        rowKey="id"
        empty={
          <Typography.Text type="secondary">
            {status === "open" ? t("runs.noIncidents") : t("runs.noResolved")}
          </Typography.Text>
        }
        columns={[
          {
            title: t("runs.what"),
            render: (_, row) => (
              <Flex vertical>
                <span>{languageNow() === "en" ? row.message.en : row.message.zh}</span>
                <Typography.Text type="secondary">
                  {t(`runs.incidentKind.${row.kind as "run"}`, { defaultValue: row.kind })}
                </Typography.Text>
              </Flex>
            ),
          },
          { title: t("runs.where"), render: (_, row) => <Where row={row} /> },
          { title: t("runs.since"), render: (_, row) => <When at={row.created_at} /> },
          status === "open"
            ? { title: t("word.actions"), render: (_, row) => <Actions row={row} /> }
            : {
                title: t("runs.resolution"),
                render: (_, row) => (
                  <Flex vertical>
                    <span>{row.resolution || "—"}</span>
                    <Typography.Text type="secondary">
                      {nameOf(row.resolved_by)} · <When at={row.resolved_at} />
                    </Typography.Text>
                  </Flex>
                ),
              },
        ]}
      />
    </Page>
  )
}

function Where({ row }: { row: Incident }) {
  const { t } = useTranslation()
  const flowName = useFlowNames()
  if (row.run_id)
    return (
      <Flex vertical>
        {row.flow && <span>{flowName(row.flow)}</span>}
        <Link to={`/runs/${row.run_id}`}>{t("runs.openRun")}</Link>
      </Flex>
    )
  if (row.kind === "connection") return <Link to={`/connections/${row.ref}`}>{row.ref}</Link>
  if (row.kind === "event") return <Link to={`/events/${row.ref}`}>{t("runs.openEvent")}</Link>
  return <CopyText text={row.ref} />
}

function Actions({ row }: { row: Incident }) {
  const { t } = useTranslation()
  const may = useMay()
  const ask = useAsk()
  const refresh = ["list_incidents" as const, "read_run" as const]
  const resume = useAct("resume_run", { said: t("runs.asked"), refresh })
  const resolve = useAct("resolve_incident", { said: t("runs.closed"), refresh })
  if (!may("runs.act")) return null
  const run_id = row.run_id
  return (
    <Flex gap={8} wrap>
      {row.kind === "run" && run_id && (
        <Button
          size="small"
          type="primary"
          onClick={() =>
            ask({
              title: t("runs.resumeTitle"),
              about: t("runs.resumeAbout"),
              go: t("runs.resume"),
              done: (reason) => resume.mutateAsync({ path: { run_id }, body: { reason } }),
            })
          }
        >
          {t("runs.resume")}
        </Button>
      )}
      <Button
        size="small"
        onClick={() =>
          ask({
            title: t("runs.closeTitle"),
            about: t("runs.closeAbout"),
            go: t("runs.close"),
            isNeeded: true,
            done: (words) =>
              resolve.mutateAsync({ path: { incident_id: row.id }, body: { words } }),
          })
        }
      >
        {t("runs.close")}
      </Button>
    </Flex>
  )
}
