import { ImportOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Segmented, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { FlowShown } from "@/api/types"
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
  const list = useList("list_flows", {
    query: { limit: 100, ...(status && { status: status as FlowShown["status"] }) },
  })
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
      <Flex className="filters">
        <Segmented
          value={status}
          onChange={(next) => setStatus(next || undefined)}
          options={STATUSES.map((each) => ({
            value: each as string,
            label: each ? t(`flows.status.${each}`) : t("list.all"),
          }))}
        />
      </Flex>
      <Rows
        query={list}
        rowKey="key"
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
                <CopyText text={flow.key} />
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
            title: t("flows.runs"),
            render: (_, flow) =>
              may("runs.read") && flow.live_version ? (
                <Link to={`/runs?flow=${flow.key}`}>{t("flows.showRuns")}</Link>
              ) : (
                "—"
              ),
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
