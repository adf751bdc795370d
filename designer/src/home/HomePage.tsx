import { ApiOutlined, AppstoreOutlined, PartitionOutlined } from "@ant-design/icons"
import { Card, Empty, Flex, Typography } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useFlowNames } from "@/api/names"
import { rowsOf, useList, useRead } from "@/api/queries"
import { useMay, useSession } from "@/api/session"
import { languageNow } from "@/text/set-up"
import { When } from "@/text/When"
import { Page } from "@/ui/Page"
import { Connectors } from "./Connectors"
import { Figures } from "./Figures"

/** What needs somebody first; for a new installation, the three steps to a first flow. */
export function HomePage() {
  const { t } = useTranslation()
  const may = useMay()
  const session = useSession()
  const flows = useRead("list_flows", { query: { limit: 1 } }, { enabled: may("flows.read") })
  const isNew = flows.data?.items.length === 0
  return (
    <Page title={t("home.hello", { name: session?.user.name ?? "" })} about={t("home.about")}>
      {isNew && <FirstSteps />}
      {!isNew && may("runs.read") && <Figures />}
      <div className="home">
        {may("tasks.answer") && <Tasks />}
        {may("runs.read") && <Incidents />}
        {may("connections.read") && <Connectors />}
        {may("runs.read") && !isNew && <LatestRuns />}
      </div>
    </Page>
  )
}

function FirstSteps() {
  const { t } = useTranslation()
  const may = useMay()
  const steps: [string, ReactNode, string, string][] = [
    ["connections.edit", <ApiOutlined key="i" />, "connect", "/connections/new"],
    ["templates.install", <AppstoreOutlined key="i" />, "scene", "/templates"],
    ["flows.edit", <PartitionOutlined key="i" />, "flow", "/flows"],
  ]
  const shown = steps.filter(([act]) => may(act))
  if (shown.length === 0) return null
  return (
    <section className="cards first-steps">
      {shown.map(([act, icon, name, to], index) => (
        <Card key={act}>
          <Flex gap={12}>
            <span className="card-icon">{icon}</span>
            <Flex vertical gap={4}>
              <Link to={to} className="card-name">
                {index + 1}. {t(`home.step.${name as "connect"}.title`)}
              </Link>
              <Typography.Text type="secondary">
                {t(`home.step.${name as "connect"}.about`)}
              </Typography.Text>
            </Flex>
          </Flex>
        </Card>
      ))}
    </section>
  )
}

export function HomeCard({
  title,
  to,
  isEmpty,
  empty,
  children,
}: {
  title: string
  to: string
  isEmpty: boolean
  empty: string
  children: ReactNode
}) {
  const { t } = useTranslation()
  return (
    <Card
      title={<h2 className="card-title">{title}</h2>}
      extra={<Link to={to}>{t("home.all")}</Link>}
    >
      {isEmpty ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} />
      ) : (
        <ul className="home-list">{children}</ul>
      )}
    </Card>
  )
}

function Tasks() {
  const { t } = useTranslation()
  const list = useList("list_tasks", { query: { limit: 6 } }, { every: 15_000 })
  const rows = rowsOf<"list_tasks">(list.data)
  return (
    <HomeCard
      title={t("menu.tasks")}
      to="/tasks"
      isEmpty={!list.isPending && rows.length === 0}
      empty={t("tasks.none")}
    >
      {rows.map((task) => (
        <li key={task.id}>
          <Link to={`/tasks/${task.id}`}>{task.title}</Link>
          <Typography.Text type="secondary">
            <When at={task.opened_at} />
          </Typography.Text>
        </li>
      ))}
    </HomeCard>
  )
}

function Incidents() {
  const { t } = useTranslation()
  const list = useList("list_incidents", { query: { limit: 6, status: "open" } }, { every: 15_000 })
  const rows = rowsOf<"list_incidents">(list.data)
  return (
    <HomeCard
      title={t("menu.incidents")}
      to="/incidents"
      isEmpty={!list.isPending && rows.length === 0}
      empty={t("runs.noIncidents")}
    >
      {rows.map((row) => (
        <li key={row.id}>
          <Link to={row.run_id ? `/runs/${row.run_id}` : "/incidents"}>
            {languageNow() === "en" ? row.message.en : row.message.zh}
          </Link>
          <Typography.Text type="secondary">
            <When at={row.created_at} />
          </Typography.Text>
        </li>
      ))}
    </HomeCard>
  )
}

function LatestRuns() {
  const { t } = useTranslation()
  const nameOf = useFlowNames()
  const list = useList("list_runs", { query: { limit: 6 } }, { every: 10_000 })
  const rows = rowsOf<"list_runs">(list.data)
  return (
    <HomeCard
      title={t("home.latest")}
      to="/runs"
      isEmpty={!list.isPending && rows.length === 0}
      empty={t("runs.none")}
    >
      {rows.map((run) => (
        <li key={run.id}>
          <Link to={`/runs/${run.id}`}>{nameOf(run.flow)}</Link>
          <Typography.Text type="secondary">
            {t(`runs.status.${run.status}`)} · <When at={run.started_at} />
          </Typography.Text>
        </li>
      ))}
    </HomeCard>
  )
}
