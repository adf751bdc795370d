import { Alert, App, Button, Flex, Form, Input, Modal, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useMay } from "@/api/session"
import type { BankBody, PartyShown } from "@/api/types"
import { When } from "@/text/When"
import { BankTag } from "./PartiesPage"

/** The account money goes to: asked for by one person, agreed to by another, never shown again. */
export function Bank({ party }: { party: PartyShown }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const [isOpen, setOpen] = useState(false)
  const refresh = ["read_party" as const, "list_parties" as const]
  const approve = useAct("approve_party_bank", { said: t("rates.party.bankApproved"), refresh })
  return (
    <Flex vertical gap={16} align="flex-start" className="narrow">
      <Typography.Text type="secondary">{t("rates.party.bankAbout")}</Typography.Text>
      <BankTag party={party} />
      {party.bank_changed_at && (
        <Typography.Text>
          {t("rates.party.bankChanged")} <When at={party.bank_changed_at} />
        </Typography.Text>
      )}
      {party.waits_for_bank && (
        <Alert
          type="warning"
          showIcon
          title={t("rates.party.bankWaitsAbout")}
          description={party.bank_is_own && t("rates.party.bankOwn")}
          action={
            may("settlement.publish") &&
            !party.bank_is_own && (
              <Button
                type="primary"
                loading={approve.isPending}
                onClick={() =>
                  void modal.confirm({
                    title: t("rates.party.bankApproveTitle", { name: party.name }),
                    content: t("rates.party.bankApproveAbout"),
                    okText: t("rates.party.bankApprove"),
                    cancelText: t("word.cancel"),
                    onOk: () =>
                      approve.mutateAsync({ path: { party_id: party.id } }).catch(() => undefined),
                  })
                }
              >
                {t("rates.party.bankApprove")}
              </Button>
            )
          }
        />
      )}
      {may("settlement.edit") && (
        <Button onClick={() => setOpen(true)}>
          {t(party.has_bank ? "rates.party.bankChange" : "rates.party.bankAdd")}
        </Button>
      )}
      {isOpen && <Propose party={party} close={() => setOpen(false)} />}
    </Flex>
  )
}

function Propose({ party, close }: { party: PartyShown; close: () => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<BankBody>()
  const propose = useAct("propose_party_bank", {
    said: t("rates.party.bankAsked"),
    refresh: ["read_party", "list_parties"],
    quiet: true,
    done: close,
  })
  const needed = [{ required: true, whitespace: true, message: t("forms.required") }]
  return (
    <Modal
      open
      title={t("rates.party.bankTitle", { name: party.name })}
      okText={t("rates.party.bankGo")}
      cancelText={t("word.cancel")}
      confirmLoading={propose.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Refused fault={propose.error} className="form-fault" />
      <Form<BankBody>
        form={form}
        layout="vertical"
        requiredMark={false}
        autoComplete="off"
        initialValues={{ holder: party.name }}
        onFinish={(body) => propose.mutate({ path: { party_id: party.id }, body })}
      >
        <Form.Item name="holder" label={t("rates.party.holder")} rules={needed}>
          <Input maxLength={120} />
        </Form.Item>
        <Form.Item name="bank" label={t("rates.party.bankName")} rules={needed}>
          <Input maxLength={120} />
        </Form.Item>
        <Form.Item
          name="number"
          label={t("rates.party.bankNumber")}
          rules={[
            ...needed,
            { pattern: /^[0-9A-Za-z -]{4,60}$/, message: t("rates.party.bankNumberHelp") },
          ]}
        >
          <Input maxLength={60} inputMode="numeric" />
        </Form.Item>
      </Form>
    </Modal>
  )
}
