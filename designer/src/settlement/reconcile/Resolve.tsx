import { Form, Input, Modal, Radio } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { useSession } from "@/api/session"
import type { DifferenceShown, ReconciliationShown } from "@/api/types"
import { money } from "@/text/format"
import { WAYS, type Way } from "./results"

interface Props {
  bill: ReconciliationShown
  line: DifferenceShown
  close: () => void
}

/** How a difference ends; whoever says so becomes its owner. */
export function Resolve({ bill, line, close }: Props) {
  const { t } = useTranslation()
  const me = useSession()?.user.id
  const [form] = Form.useForm<{ how: Way; note: string }>()
  const how = Form.useWatch("how", form) ?? "carried"
  const resolve = useAct("resolve_difference", {
    said: t("settlement.reconcile.resolved"),
    refresh: ["list_reconciliation_lines", "read_reconciliation"],
    done: close,
  })
  // Another person than who made the comparison accepts a difference.
  const isOwn = bill.made_by === me
  return (
    <Modal
      open
      title={t("settlement.reconcile.resolveTitle", {
        order: line.order,
        sum: money(line.difference, bill.currency),
      })}
      okText={t(`settlement.reconcile.way.${how}.go`)}
      cancelText={t("word.cancel")}
      confirmLoading={resolve.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ how: "carried" }}
        onFinish={(values) =>
          resolve.mutate({
            path: { reconciliation_id: bill.id, line: line.line },
            body: values,
          })
        }
      >
        <Form.Item name="how" label={t("settlement.reconcile.how")}>
          <Radio.Group className="radio-list">
            {WAYS.map((way) => (
              <Radio key={way} value={way} disabled={way === "accepted" && isOwn}>
                <strong>{t(`settlement.reconcile.way.${way}.name`)}</strong>{" "}
                {way === "accepted" && isOwn
                  ? t("settlement.reconcile.ownBill")
                  : t(`settlement.reconcile.way.${way}.about`)}
              </Radio>
            ))}
          </Radio.Group>
        </Form.Item>
        <Form.Item
          name="note"
          label={t("word.reason")}
          rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
        >
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 5 }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
