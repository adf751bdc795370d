import { Alert, Progress, Typography } from "antd"
import { useEffect, useRef } from "react"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { inWords } from "../inWords"

interface Props {
  id: string
  /** Called once when it has come to its end. */
  done: () => void
}

/** How far a job is, while it works; what went wrong when it failed. */
export function JobProgress({ id, done }: Props) {
  const { t } = useTranslation()
  const first = useRead("read_job", { path: { job_id: id } })
  const isOver = ["succeeded", "failed", "cancelled"].includes(first.data?.status ?? "")
  useRead("read_job", { path: { job_id: id } }, { every: isOver ? false : 1000 })
  const told = useRef("")
  useEffect(() => {
    if (isOver && told.current !== id) {
      told.current = id
      done()
    }
  }, [isOver, id, done])
  const job = first.data
  if (!job || isOver) {
    if (job?.status !== "failed") return null
    const message = typeof job.error?.message === "string" ? job.error.message : ""
    return <Alert type="error" showIcon title={t("settlement.jobFailed")} description={message} />
  }
  const percent = job.total ? Math.floor((job.done / job.total) * 100) : 0
  return (
    <div role="status">
      <Progress percent={percent} status="active" aria-label={t("settlement.jobRuns")} />
      <Typography.Text type="secondary">
        {job.said ? inWords(job.said) : t("settlement.jobRuns")}
      </Typography.Text>
    </div>
  )
}
