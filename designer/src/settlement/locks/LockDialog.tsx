import { DatePicker, Form, Input, Modal, Select, Typography } from "antd"
import type { Dayjs } from "dayjs"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useRoles } from "@/api/names"
import { valueAt } from "../cards/pointer"
import { sayPointer, sayValue } from "../cards/words"

interface Props {
  scope: string
  pointer: string
  document: unknown
  close: () => void
}

interface Values {
  owner_role: string
  reason: string
  until?: Dayjs | null
}

/** Locks one value: who owns the lock, why, until when. */
export function LockDialog({ scope, pointer, document, close }: Props) {
  const { t } = useTranslation()
  const roles = useRoles()
  const [form] = Form.useForm<Values>()
  const place = useAct("place_lock", {
    said: t("rates.lock.placed"),
    refresh: ["list_locks"],
    done: close,
    quiet: true,
  })
  return (
    <Modal
      open
      title={t("rates.lock.title")}
      okText={t("rates.lock.go")}
      cancelText={t("word.cancel")}
      confirmLoading={place.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Typography.Paragraph>
        <strong>{sayPointer(t, document, pointer)}</strong>
        {t("rates.colon")}
        {sayValue(t, pointer, valueAt(document, pointer))}
      </Typography.Paragraph>
      <Typography.Paragraph type="secondary">{t("rates.lock.about")}</Typography.Paragraph>
      <Refused fault={place.error} className="form-fault" />
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ owner_role: "admin" }}
        onFinish={(values) =>
          place.mutate({
            body: {
              scope,
              pointer,
              owner_role: values.owner_role,
              reason: values.reason,
              until: values.until ? values.until.toISOString() : null,
            },
          })
        }
      >
        <Form.Item
          name="owner_role"
          label={t("rates.lock.owner")}
          extra={t("rates.lock.ownerHelp")}
          rules={[{ required: true, message: t("forms.required") }]}
        >
          {roles.options.length > 0 ? (
            <Select options={roles.options} showSearch={{ optionFilterProp: "label" }} />
          ) : (
            <Input />
          )}
        </Form.Item>
        <Form.Item
          name="reason"
          label={t("word.reason")}
          rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
        >
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 5 }} />
        </Form.Item>
        <Form.Item name="until" label={t("rates.lock.until")} extra={t("rates.lock.untilHelp")}>
          <DatePicker className="wide" showTime={{ format: "HH:mm" }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
