import { Flex, Form, Input, Modal, Radio, Select } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useRead } from "@/api/queries"
import { PartySelect } from "../PartySelect"

const AMOUNT = /^\d{1,13}(\.\d{1,2})?$/

interface Values {
  party: string
  sign: 1 | -1
  amount: string
  term: string
  reason: string
  paper: string
  order?: string
}

/** Proposes one; nothing moves before another person has agreed. */
export function NewAdjustment({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<Values>()
  const party = Form.useWatch("party", form)
  const propose = useAct("propose_adjustment", {
    said: t("settlement.adjustments.proposed"),
    quiet: true,
    refresh: ["list_adjustments"],
    done: close,
  })
  const needed = [{ required: true, whitespace: true, message: t("forms.required") }]
  return (
    <Modal
      open
      width={560}
      title={t("settlement.adjustments.new")}
      okText={t("settlement.adjustments.newGo")}
      cancelText={t("word.cancel")}
      confirmLoading={propose.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ sign: 1, term: "adjustment" }}
        onFinish={({ sign, amount, order, ...values }) =>
          propose.mutate({
            body: {
              ...values,
              order: order?.trim() ?? "",
              amount: sign < 0 ? `-${amount}` : amount,
            },
          })
        }
      >
        <Form.Item name="party" label={t("settlement.party")} rules={needed}>
          <PartySelect label={t("settlement.party")} />
        </Form.Item>
        <Flex gap={16} wrap>
          <Form.Item name="sign" label={t("settlement.direction")}>
            <Radio.Group
              optionType="button"
              options={[
                { value: 1, label: t("settlement.adjustments.give") },
                { value: -1, label: t("settlement.adjustments.take") },
              ]}
            />
          </Form.Item>
          <Form.Item
            name="amount"
            label={t("settlement.amount")}
            rules={[{ required: true, pattern: AMOUNT, message: t("settlement.amountWrong") }]}
          >
            <Input maxLength={16} inputMode="decimal" suffix="CNY" placeholder="128.50" />
          </Form.Item>
        </Flex>
        <Form.Item name="term" label={t("settlement.term")}>
          <TermSelect party={party} />
        </Form.Item>
        <Form.Item name="reason" label={t("word.reason")} rules={needed}>
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 5 }} />
        </Form.Item>
        <Form.Item
          name="paper"
          label={t("settlement.adjustments.paper")}
          extra={t("settlement.adjustments.paperHelp")}
          rules={needed}
        >
          <Input maxLength={400} placeholder={t("settlement.adjustments.paperExample")} />
        </Form.Item>
        <Form.Item name="order" label={`${t("settlement.order")}（${t("word.optional")}）`}>
          <Input maxLength={200} placeholder={t("settlement.orderForm")} />
        </Form.Item>
      </Form>
      <Refused fault={propose.error} />
    </Modal>
  )
}

interface TermProps {
  party: string | undefined
  id?: string
  value?: string
  onChange?: (value: string) => void
}

/** The terms the party has accounts in, or none of them. */
function TermSelect({ party, id, value, onChange }: TermProps) {
  const { t } = useTranslation()
  const accounts = useRead(
    "list_settlement_accounts",
    { query: { limit: 200, ...(party && { party }) } },
    { enabled: Boolean(party) },
  )
  const terms = new Map(accounts.data?.items.map((one) => [one.term, one.term_name]))
  return (
    <Select
      {...(id ? { id } : {})}
      value={value}
      {...(onChange ? { onChange } : {})}
      options={[
        { value: "adjustment", label: t("settlement.adjustments.noTerm") },
        ...[...terms].map(([key, name]) => ({ value: key, label: name })),
      ]}
    />
  )
}
