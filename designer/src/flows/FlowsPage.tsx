import { ImportOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Input, Segmented, Tag, Typography } from "antd"
import { useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useSceneNames } from "@/api/names"
import { rowsOf, useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import { RUN_TONES } from "@/api/tones"
import type { FlowShown, FlowToday } from "@/api/types"
import { count } from "@/text/format"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { StatusTag, type Tone } from "@/ui/StatusTag"
import { FlowMenu } from "./FlowMenu"
import { ImportFlow } from "./ImportFlow"
import { NewFlow } from "./NewFlow"

export const FLOW_TONES: Record<FlowShown["status"], Tone> = {
  draft: "none",
  live: "good",
  paused: "paused",
  archived: "none",
}

const STATUSES = ["", "live", "draft", "paused", "archived"] as const

export function FlowsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const may = useMay()
  const [isNew, setNew] = useState(false)
  const [isImporting, setImporting] = useState(false)
  const [status, setStatus] = useFilter("status")
  const [search, setSearch] = useFilter("q")
  const [folder, setFolder] = useFilter("scene")
  const sceneName = useSceneNames()
  const given = {
    query: { limit: 100, ...(status && { status: status as FlowShown["status"] }) },
  }
  const list = useList("list_flows", given)
  const today = useList("list_flow_figures", given, {
    enabled: may("runs.read"),
    every: 15_000,
  })
  const figures = useMemo(
    () => new Map(rowsOf<"list_flow_figures">(today.data).map((each) => [each.flow, each])),
    [today.data],
  )
  const mayEdit = may("flows.edit")
  return (
    <Page
      title={t("menu.flows")}
      about={t("flows.about")}
      actions={
        mayEdit && (
          <>
            <Button icon={<ImportOutlined />} onClick={() => setImporting(true)}>
              {t("flows.import")}
            </Button>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
              {t("flows.new")}
            </Button>
          </>
        )
      }
    >
      <Flex className="filters" gap={12} wrap align="center">
        <Input.Search
          allowClear
          aria-label={t("list.search")}
          placeholder={t("flows.search")}
          defaultValue={search}
          onChange={(event) => setSearch(event.target.value.trim() || undefined)}
        />
        <Segmented
          value={status}
          onChange={(next) => setStatus(next || undefined)}
          options={STATUSES.map((each) => ({
            value: each as string,
            label: each ? t(`flows.status.${each}`) : t("list.all"),
          }))}
        />
        {folder && (
          <Tag closable onClose={() => setFolder(undefined)}>
            {t("flows.ofScene", { name: sceneName(folder) })}
          </Tag>
        )}
      </Flex>
      <Rows
        query={list}
        rowKey="key"
        keeps={(flow) => fits(flow, search) && (!folder || flow.scene === folder)}
        open={(flow) => void navigate(`/flows/${flow.key}/edit`)}
        empty={
          <Flex vertical gap={12} align="center">
            <Typography.Text type="secondary">
              {status ? t("flows.noneHere") : t("flows.none")}
            </Typography.Text>
            {!status && may("templates.read") && (
              <Button onClick={() => void navigate("/templates")}>{t("flows.fromTemplate")}</Button>
            )}
          </Flex>
        }
        columns={[
          {
            title: t("word.name"),
            render: (_, flow) => (
              <Flex vertical>
                <Link to={`/flows/${flow.key}/edit`}>{flow.name}</Link>
                <Flex gap={8} align="center" wrap>
                  <CopyText text={flow.key} />
                  {flow.scene && !folder && (
                    <Button
                      type="link"
                      size="small"
                      className="inline-link"
                      onClick={() => setFolder(flow.scene ?? undefined)}
                    >
                      {t("flows.ofScene", { name: sceneName(flow.scene) })}
                    </Button>
                  )}
                </Flex>
              </Flex>
            ),
          },
          {
            title: t("word.status"),
            render: (_, flow) => (
              <StatusTag tone={FLOW_TONES[flow.status]}>
                {t(`flows.status.${flow.status}`)}
              </StatusTag>
            ),
          },
          {
            title: t("flows.version"),
            render: (_, flow) =>
              flow.base_version
                ? t("flows.versionOf", { number: flow.base_version })
                : t("flows.neverPublished"),
          },
          {
            title: t("flows.lastRun"),
            render: (_, flow) => <LastRun figures={figures.get(flow.key)} />,
          },
          {
            title: t("flows.today"),
            align: "end",
            render: (_, flow) => <Today flow={flow.key} figures={figures.get(flow.key)} />,
          },
          { title: t("flows.changed"), render: (_, flow) => <When at={flow.updated_at} /> },
          {
            title: t("word.actions"),
            align: "end",
            render: (_, flow) => <FlowMenu flow={flow} />,
          },
        ]}
      />
      {isNew && <NewFlow close={() => setNew(false)} />}
      {isImporting && <ImportFlow close={() => setImporting(false)} />}
    </Page>
  )
}

function fits(flow: FlowShown, search: string): boolean {
  return `${flow.name} ${flow.key}`.toLowerCase().includes(search.toLowerCase())
}

function LastRun({ figures }: { figures: FlowToday | undefined }) {
  const { t } = useTranslation()
  if (!figures?.last_run || !figures.last_status) return <>—</>
  return (
    <Flex gap={8} align="center">
      <StatusTag tone={RUN_TONES[figures.last_status]}>
        {t(`runs.status.${figures.last_status}`)}
      </StatusTag>
      <Link to={`/runs/${figures.last_run}`}>
        <When at={figures.last_at} />
      </Link>
    </Flex>
  )
}

/** Today's runs, and those of them that failed: the second number is what one looks for. */
function Today({ flow, figures }: { flow: string; figures: FlowToday | undefined }) {
  const { t } = useTranslation()
  if (!figures) return <>—</>
  return (
    <Flex vertical align="flex-end">
      <Link to={`/runs?flow=${flow}`}>{t("flows.runsToday", { count: count(figures.runs) })}</Link>
      {figures.failed > 0 && (
        <Link to={`/runs?flow=${flow}&status=failed`} className="is-bad">
          {t("flows.failedToday", { count: count(figures.failed) })}
        </Link>
      )}
    </Flex>
  )
}
