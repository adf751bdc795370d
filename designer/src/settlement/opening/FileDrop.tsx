import { InboxOutlined } from "@ant-design/icons"
import { Upload } from "antd"
import { useTranslation } from "react-i18next"

interface Props {
  file: File | undefined
  choose: (file: File) => void
  isBusy?: boolean
}

/** One file of rows, dropped or chosen; its name stays to be seen. */
export function FileDrop({ file, choose, isBusy = false }: Props) {
  const { t } = useTranslation()
  return (
    <Upload.Dragger
      accept=".csv,.xlsx,text/csv"
      maxCount={1}
      showUploadList={false}
      disabled={isBusy}
      beforeUpload={(chosen) => {
        choose(chosen)
        return false
      }}
    >
      <p>
        <InboxOutlined style={{ fontSize: 30 }} aria-hidden />
      </p>
      <p>{file ? t("settlement.file.chosen", { name: file.name }) : t("settlement.file.drop")}</p>
    </Upload.Dragger>
  )
}

/** A file with its options, as the server takes them. */
export function uploadOf(file: File, options: Record<string, unknown>): FormData {
  const body = new FormData()
  body.append("file", file)
  body.append("options", JSON.stringify(options))
  return body
}
