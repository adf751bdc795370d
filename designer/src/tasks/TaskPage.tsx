import { Alert, Button, Card, Descriptions, Flex, Typography } from "antd"
import { useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate, useParams } from "react-router"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { Problem } from "@/api/problem"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Task } from "@/api/types"
import { SchemaForm } from "@/forms/SchemaForm"
import { defaultsOf, type FormSchema } from "@/forms/schema"
import { When } from "@/text/When"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"
import { DueTag } from "./DueTag"

export function TaskPage() {
  const { taskId = "" } = useParams()
  const query = useRead("read_task", { path: { task_id: taskId } })
  return <Loaded query={query}>{(task) => <OneTask key={task.id} task={task} />}</Loaded>
}

function OneTask({ task }: { task: Task }) {
  const { t } = useTranslation()
  const may = useMay()
  return (
    <Page
      title={task.title}
      about={
        <Flex gap={12} align="center" wrap>
          <Link to="/tasks">{t("menu.tasks")}</Link>
          <span>
            {t("tasks.opened")} <When at={task.opened_at} />
          </span>
          {task.status === "open" && (
            <span>
              {t("tasks.due")} <DueTag due={task.due_at} />
            </span>
          )}
          {may("runs.read") && <Link to={`/runs/${task.run_id}`}>{t("tasks.openRun")}</Link>}
        </Flex>
      }
    >
      <div className="narrow">
        {Object.keys(task.details).length > 0 && (
          <Card className="facts">
            <Descriptions
              column={1}
              items={Object.entries(task.details).map(([name, value]) => ({
                key: name,
                label: name,
                children: shown(value),
              }))}
            />
          </Card>
        )}
        {task.status === "open" ? <Answer task={task} /> : <Answered task={task} />}
      </div>
    </Page>
  )
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "—"
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

/** The form, and a button for each answer there is. */
function Answer({ task }: { task: Task }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const schema = useMemo(() => task.form ?? {}, [task.form])
  const [values, setValues] = useState<unknown>(
    () => defaultsOf(schema as FormSchema) as Record<string, unknown> | undefined,
  )
  const [port, setPort] = useState(task.ports[0] ?? "")
  const answer = useAct("answer_task", {
    said: t("tasks.done"),
    refresh: ["list_tasks", "read_task", "read_run"],
    done: () => void navigate("/tasks"),
    // What is wrong with a value is said under its field.
    quiet: (fault) => valueProblems(fault).length > 0,
  })
  const send = (given: unknown, chosen: string) =>
    answer.mutate({
      path: { task_id: task.id },
      body: { port: chosen, values: (given ?? {}) as Record<string, unknown> },
    })
  const fields = Object.keys((schema as FormSchema).properties ?? {})
  const buttons = (
    <Flex gap={12} className="answers">
      {task.ports.map((each, index) => (
        <Button
          key={each}
          size="large"
          type={index === 0 ? "primary" : "default"}
          danger={each === "rejected"}
          htmlType={fields.length > 0 ? "submit" : "button"}
          loading={answer.isPending && port === each}
          disabled={answer.isPending && port !== each}
          onClick={() => {
            setPort(each)
            if (fields.length === 0) send({}, each)
          }}
        >
          {t(`tasks.port.${each as "approved"}`, { defaultValue: each })}
        </Button>
      ))}
    </Flex>
  )
  if (fields.length === 0) return buttons
  return (
    <SchemaForm
      schema={schema}
      value={values}
      onChange={setValues}
      problems={valueProblems(answer.error)}
      onSubmit={(given) => send(given, port)}
    >
      {buttons}
    </SchemaForm>
  )
}

/** The problems about what was filled in, with paths from the form's root. */
export function valueProblems(fault: unknown) {
  if (!(fault instanceof Problem)) return []
  return fault.items
    .filter((item) => item.path.startsWith("/values"))
    .map((item) => ({ ...item, path: item.path.slice("/values".length) }))
}

function Answered({ task }: { task: Task }) {
  const { t } = useTranslation()
  const port = String(task.answer?.port ?? task.status)
  const comment = (task.answer?.values as { comment?: string } | undefined)?.comment
  return (
    <>
      <Alert
        type="info"
        showIcon
        title={
          <Flex gap={8} align="center">
            {t("tasks.answered")}
            <StatusTag tone={port === "rejected" ? "bad" : "good"}>
              {t(`tasks.port.${port as "approved"}`, { defaultValue: port })}
            </StatusTag>
            <When at={task.closed_at} />
          </Flex>
        }
        description={comment}
      />
      {task.kind === "form" && task.form && (
        <Card className="facts">
          <SchemaForm
            schema={task.form}
            value={task.answer?.values}
            onChange={() => undefined}
            isReadOnly
          />
        </Card>
      )}
      <Typography.Paragraph className="section-head">
        <Link to="/tasks">{t("tasks.back")}</Link>
      </Typography.Paragraph>
    </>
  )
}
