import { Form, Input, Modal } from "antd"
import { useTranslation } from "react-i18next"
import { useNavigate } from "react-router"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { isKey, keyFrom } from "./keys"

interface Values {
  name: string
  key?: string
}

/** A name is enough; the key follows from it and can be chosen. */
export function NewFlow({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [form] = Form.useForm<Values>()
  const create = useAct("create_flow", {
    quiet: true,
    refresh: ["list_flows"],
    done: (flow) => void navigate(`/flows/${flow.key}/edit`),
  })
  const send = ({ name, key }: Values) =>
    create.mutate({
      body: { format: "jimu.flow/1", key: key || keyFrom(name), name, nodes: [], edges: [] },
    })
  return (
    <Modal
      open
      title={t("flows.new")}
      okText={t("flows.newGo")}
      cancelText={t("word.cancel")}
      confirmLoading={create.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form form={form} layout="vertical" onFinish={send} requiredMark={false}>
        <Form.Item
          name="name"
          label={t("word.name")}
          rules={[{ required: true, whitespace: true, message: t("flows.nameNeeded") }]}
        >
          <Input autoFocus maxLength={120} placeholder={t("flows.nameHint")} />
        </Form.Item>
        <Form.Item
          name="key"
          label={`${t("word.key")}（${t("word.optional")}）`}
          extra={t("flows.keyHelp")}
          rules={[
            {
              validator: (_, value) =>
                !value || isKey(value)
                  ? Promise.resolve()
                  : Promise.reject(new Error(t("flows.keyWrong"))),
            },
          ]}
        >
          <Input maxLength={64} placeholder="vip_upgrade" />
        </Form.Item>
      </Form>
      <Refused fault={create.error} />
    </Modal>
  )
}
