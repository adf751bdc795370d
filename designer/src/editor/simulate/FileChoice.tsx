import { UploadOutlined } from "@ant-design/icons"
import { Button, Select, Typography, Upload } from "antd"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"

/** A file of events and how it is read. */
export interface Sent {
  file: File
  described: { format: "json" | "csv"; connection?: string }
}

/** JSON (a list, or one event a line), or CSV by a connection's column mapping. */
export function FileChoice(props: {
  sent: Sent | null
  onChange: (sent: Sent | null) => void
  size?: "small" | "medium"
}) {
  const { sent, onChange, size = "small" } = props
  const { t } = useTranslation()
  const may = useMay()
  const found = useRead("list_connections", {}, { enabled: may("connections.read") })
  const connections = (found.data?.items ?? []).filter((one) => one.connector === "csv_file")
  const isCsv = sent?.described.format === "csv"
  return (
    <>
      <Upload
        accept=".json,.jsonl,.ndjson,.csv"
        maxCount={1}
        showUploadList={false}
        beforeUpload={(file) => {
          const isTable = file.name.toLowerCase().endsWith(".csv")
          const first = connections[0]?.key
          const described = isTable
            ? { format: "csv" as const, ...(first ? { connection: first } : {}) }
            : { format: "json" as const }
          onChange({ file, described })
          return false
        }}
      >
        <Button size={size} icon={<UploadOutlined />}>
          {sent?.file.name ?? t("editor.trial.chooseFile")}
        </Button>
      </Upload>
      {isCsv && found.data && connections.length === 0 && (
        <Typography.Text type="danger">{t("editor.trial.noMapping")}</Typography.Text>
      )}
      {isCsv && connections.length > 0 && (
        <Select
          size={size}
          aria-label={t("editor.trial.mapping")}
          placeholder={t("editor.trial.mapping")}
          value={sent.described.connection ?? null}
          options={connections.map((one) => ({ value: one.key, label: one.name }))}
          onChange={(connection) => onChange({ ...sent, described: { format: "csv", connection } })}
        />
      )}
    </>
  )
}
