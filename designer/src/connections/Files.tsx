import { DownloadOutlined, InboxOutlined } from "@ant-design/icons"
import { Alert, Button, Card, Flex, Progress, Typography, Upload } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct, useTell } from "@/api/act"
import { call } from "@/api/client"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Connection } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { JsonView } from "@/ui/JsonView"
import { save } from "@/ui/save"

/** Orders in by a file, with progress and the bad lines; orders out as a file. */
export function Files({ connection }: { connection: Connection }) {
  const { t } = useTranslation()
  const may = useMay()
  const tell = useTell()
  const [job, setJob] = useState<string>()
  const send = useAct("import_orders", { done: (started) => setJob(started.job_id) })
  const path = { key: connection.key }
  const download = async () => {
    try {
      save(`orders-${connection.key}.csv`, await call("export_orders", { path }), "text/csv")
    } catch (fault) {
      tell(fault)
    }
  }
  return (
    <Flex vertical gap={16}>
      {may("events.write") && (
        <Card title={t("connections.import")}>
          <Upload.Dragger
            accept=".csv,text/csv"
            maxCount={1}
            showUploadList={false}
            disabled={send.isPending}
            beforeUpload={(file) => {
              const body = new FormData()
              body.append("file", file)
              send.mutate({ path, body })
              return false
            }}
          >
            <p>
              <InboxOutlined style={{ fontSize: 32 }} />
            </p>
            <p>{t("connections.importDrop")}</p>
          </Upload.Dragger>
          {job && <ImportJob id={job} />}
        </Card>
      )}
      <Card title={t("connections.export")}>
        <Typography.Paragraph type="secondary">{t("connections.exportAbout")}</Typography.Paragraph>
        <Button icon={<DownloadOutlined />} onClick={() => void download()}>
          {t("connections.exportGo")}
        </Button>
      </Card>
    </Flex>
  )
}

const OVER = ["succeeded", "failed", "cancelled"]

function ImportJob({ id }: { id: string }) {
  const { t } = useTranslation()
  const [isOver, setOver] = useState(false)
  const { data } = useRead("read_job", { path: { job_id: id } }, { every: isOver ? false : 1_000 })
  const cancel = useAct("cancel_job", { refresh: ["read_job"] })
  if (!data) return null
  if (OVER.includes(data.status) && !isOver) setOver(true)
  const percent = data.total ? Math.round((data.done / data.total) * 100) : 0
  return (
    <Flex vertical gap={8} className="section-head">
      <Flex gap={12} align="center">
        <Progress
          percent={data.status === "succeeded" ? 100 : percent}
          status={data.status === "failed" ? "exception" : isOver ? "success" : "active"}
        />
        {!isOver && (
          <Button size="small" onClick={() => cancel.mutate({ path: { job_id: id } })}>
            {t("word.cancel")}
          </Button>
        )}
      </Flex>
      {data.said && <span>{languageNow() === "en" ? data.said.en : data.said.zh}</span>}
      {data.error && <Alert type="error" showIcon title={String(data.error.message ?? "")} />}
      {data.result !== null && data.result !== undefined && <JsonView value={data.result} />}
    </Flex>
  )
}
