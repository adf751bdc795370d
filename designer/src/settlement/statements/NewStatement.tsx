import { Form, Modal, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { useNavigate } from "react-router"
import { useAct } from "@/api/act"
import { PeriodSelect } from "../entries/pickers"
import { PartySelect } from "../PartySelect"

interface Values {
  party: string
  period: string
}

/** A draft of one party and period, before the period is closed. */
export function NewStatement({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [form] = Form.useForm<Values>()
  const make = useAct("make_statement", {
    refresh: ["list_statements"],
    done: (made) => void navigate(`/settlement/statements/${made.id}`),
  })
  const needed = [{ required: true, message: t("forms.required") }]
  return (
    <Modal
      open
      title={t("settlement.statements.new")}
      okText={t("settlement.statements.newGo")}
      cancelText={t("word.cancel")}
      confirmLoading={make.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Typography.Paragraph type="secondary">
        {t("settlement.statements.newAbout")}
      </Typography.Paragraph>
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(values) => make.mutate({ body: values })}
      >
        <Form.Item name="party" label={t("settlement.party")} rules={needed}>
          <PartySelect label={t("settlement.party")} />
        </Form.Item>
        <Form.Item name="period" label={t("settlement.period")} rules={needed}>
          <PeriodSelect isWide label={t("settlement.period")} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
