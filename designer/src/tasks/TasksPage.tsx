import { Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { RequestTasks } from "@/settlement/requests/RequestTasks"
import { When } from "@/text/When"
import { Page } from "@/ui/Page"
import { DueTag } from "./DueTag"
import { MoneyTasks } from "./MoneyTasks"

/** One's own open tasks: approvals and forms, and what waits in settlement. */
export function TasksPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const list = useList("list_tasks", { query: { limit: 50 } }, { every: 15_000 })
  return (
    <Page title={t("menu.tasks")} about={t("tasks.about")}>
      <RequestTasks />
      <MoneyTasks />
      <Rows
        query={list}
        rowKey="id"
        open={(task) => void navigate(`/tasks/${task.id}`)}
        empty={<Typography.Text type="secondary">{t("tasks.noneHere")}</Typography.Text>}
        columns={[
          {
            title: t("tasks.what"),
            render: (_, task) => (
              <Flex vertical>
                <Link to={`/tasks/${task.id}`}>{task.title}</Link>
                <Typography.Text type="secondary">
                  {task.kind === "form" ? t("tasks.form") : t("tasks.approval")}
                </Typography.Text>
              </Flex>
            ),
          },
          { title: t("tasks.opened"), render: (_, task) => <When at={task.opened_at} /> },
          { title: t("tasks.due"), render: (_, task) => <DueTag due={task.due_at} /> },
        ]}
      />
    </Page>
  )
}
