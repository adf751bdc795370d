import { Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { rowsOf, useList } from "@/api/queries"
import type { ConnectionNow } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { When } from "@/text/When"
import { HomeCard } from "./HomeCard"

/** What stopped and needs somebody. */
export function Incidents() {
  const { t } = useTranslation()
  const list = useList("list_incidents", { query: { limit: 6, status: "open" } }, { every: 15_000 })
  const rows = rowsOf<"list_incidents">(list.data)
  return (
    <HomeCard
      title={t("menu.incidents")}
      to="/incidents"
      isEmpty={list.isPending ? undefined : rows.length === 0}
      empty={t("runs.noIncidents")}
    >
      {rows.map((row) => (
        <li key={row.id}>
          <span className="home-line">
            <Link to={row.run_id ? `/runs/${row.run_id}` : "/incidents"}>
              {languageNow() === "en" ? row.message.en : row.message.zh}
            </Link>
            <Typography.Text type="secondary">
              {t(`runs.incidentKind.${row.kind as "run"}`, { defaultValue: row.kind })}
            </Typography.Text>
          </span>
          <Typography.Text type="secondary">
            <When at={row.created_at} />
          </Typography.Text>
        </li>
      ))}
    </HomeCard>
  )
}

/** What waits for oneself, and the records somebody must look through. */
export function Tasks({ connections }: { connections: ConnectionNow[] }) {
  const { t } = useTranslation()
  const list = useList("list_tasks", { query: { limit: 6 } }, { every: 15_000 })
  const rows = rowsOf<"list_tasks">(list.data)
  const reviews = connections.filter((each) => each.to_review > 0)
  return (
    <HomeCard
      title={t("menu.tasks")}
      to="/tasks"
      isEmpty={list.isPending ? undefined : rows.length + reviews.length === 0}
      empty={t("tasks.none")}
    >
      {rows.map((task) => (
        <li key={task.id}>
          <span className="home-line">
            <Link to={`/tasks/${task.id}`}>{task.title}</Link>
            <Typography.Text type="secondary">
              {task.kind === "form" ? t("tasks.form") : t("tasks.approval")}
            </Typography.Text>
          </span>
          <Typography.Text type="secondary">
            <When at={task.opened_at} />
          </Typography.Text>
        </li>
      ))}
      {reviews.map((each) => (
        <li key={each.key}>
          <span className="home-line">
            <Link to={`/connections/${each.key}?tab=review`}>
              {t("home.toReview", { name: each.name })}
            </Link>
            <Typography.Text type="secondary">{t("home.reviewKind")}</Typography.Text>
          </span>
          <Typography.Text type="secondary">
            {t("home.records", { count: each.to_review })}
          </Typography.Text>
        </li>
      ))}
    </HomeCard>
  )
}
