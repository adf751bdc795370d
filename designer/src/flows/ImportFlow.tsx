import { InboxOutlined } from "@ant-design/icons"
import { Alert, Modal, Upload } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useNavigate } from "react-router"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import type { Flow } from "@/api/types"

/** A flow document from elsewhere becomes a draft here; nothing is published. */
export function ImportFlow({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [isWrong, setWrong] = useState(false)
  const load = useAct("import_flow", {
    quiet: true,
    refresh: ["list_flows", "read_flow"],
    done: (flow) => void navigate(`/flows/${flow.key}/edit`),
  })
  const read = async (file: File) => {
    setWrong(false)
    load.reset()
    try {
      load.mutate({ body: JSON.parse(await file.text()) as Flow })
    } catch {
      setWrong(true)
    }
  }
  return (
    <Modal open title={t("flows.import")} footer={null} onCancel={close}>
      <p>{t("flows.importAbout")}</p>
      <Upload.Dragger
        accept=".json,application/json"
        maxCount={1}
        showUploadList={false}
        beforeUpload={(file) => {
          void read(file)
          return false
        }}
      >
        <p>
          <InboxOutlined style={{ fontSize: 32 }} />
        </p>
        <p>{t("flows.importDrop")}</p>
      </Upload.Dragger>
      {isWrong && <Alert type="error" showIcon title={t("flows.importNotJson")} />}
      <Refused fault={load.error} />
    </Modal>
  )
}
