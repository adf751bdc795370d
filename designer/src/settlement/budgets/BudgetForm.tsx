import { Flex, Form, Input, Modal, Radio, Select } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { BudgetBody, BudgetShown } from "@/api/types"
import { PeriodSelect } from "../entries/pickers"
import { PartySelect } from "../PartySelect"
import "../desk.css"
import { COVERS, documentOf } from "./budget"

const KEY = /^[A-Za-z0-9][A-Za-z0-9_:|.-]{0,99}$/
const AMOUNT = /^\d{1,13}(\.\d{1,2})?$/
const PERCENT = /^(100|\d{1,2}(\.\d{1,2})?)$/
const ACTIONS = ["warn", "freeze", "ask"] as const

interface Values extends BudgetBody {
  key: string
}

/** A new budget, or another limit, reaction or people for one that is there. */
export function BudgetForm({ budget, close }: { budget?: BudgetShown; close: () => void }) {
  const { t } = useTranslation()
  const may = useMay()
  const [form] = Form.useForm<Values>()
  const unit = Form.useWatch("unit", form) ?? "money"
  const people = useRead("list_users", { query: { limit: 200 } }, { enabled: may("users.read") })
  const save = useAct("put_budget", {
    said: t("word.saved"),
    quiet: true,
    refresh: ["list_budgets", "read_budget", "list_waiting"],
    done: close,
  })
  const first: Partial<Values> = budget
    ? { key: budget.key, ...documentOf(budget) }
    : { unit: "money", currency: "CNY", action: "freeze", warn_at: "80", releasers: [] }
  const send = ({ key, ...values }: Values) => {
    const covers = Object.fromEntries(
      COVERS.flatMap((name) => {
        const value = values.covers?.[name]?.trim()
        return value ? [[name, value]] : []
      }),
    )
    save.mutate({
      path: { key },
      body: { ...values, covers: Object.keys(covers).length > 0 ? covers : null },
      match: budget ? budget.revision : "*",
    })
  }
  const needed = [{ required: true, whitespace: true, message: t("forms.required") }]
  return (
    <Modal
      open
      width={640}
      title={t(budget ? "settlement.budgets.edit" : "settlement.budgets.new")}
      okText={t(budget ? "word.save" : "settlement.budgets.newGo")}
      cancelText={t("word.cancel")}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={first}
        onFinish={send}
      >
        <Form.Item name="name" label={t("word.name")} rules={needed}>
          <Input maxLength={120} placeholder={t("settlement.budgets.nameExample")} />
        </Form.Item>
        <Form.Item
          name="key"
          label={t("word.key")}
          extra={t("settlement.budgets.keyHelp")}
          rules={[{ required: true, pattern: KEY, message: t("settlement.budgets.keyWrong") }]}
        >
          <Input maxLength={100} disabled={Boolean(budget)} placeholder="campaign:double11" />
        </Form.Item>
        <Flex gap={16} wrap>
          <Form.Item name="unit" label={t("settlement.budgets.unit")}>
            <Radio.Group
              optionType="button"
              options={[
                { value: "money", label: t("settlement.budgets.inMoney") },
                { value: "pieces", label: t("settlement.budgets.inPieces") },
              ]}
            />
          </Form.Item>
          <Form.Item
            name="limit"
            label={t("settlement.budgets.limit")}
            rules={[
              {
                required: true,
                pattern: unit === "money" ? AMOUNT : /^\d{1,9}$/,
                message: t("settlement.amountWrong"),
              },
            ]}
          >
            <Input
              maxLength={16}
              inputMode="decimal"
              {...(unit === "money" ? { suffix: form.getFieldValue("currency") ?? "CNY" } : {})}
            />
          </Form.Item>
          <Form.Item
            name="warn_at"
            label={t("settlement.budgets.warnAt")}
            rules={[
              { required: true, pattern: PERCENT, message: t("settlement.budgets.warnWrong") },
            ]}
          >
            <Input maxLength={6} suffix="%" style={{ width: 110 }} />
          </Form.Item>
          <Form.Item name="currency" hidden>
            <Input />
          </Form.Item>
        </Flex>
        <Form.Item name="action" label={t("settlement.budgets.action")}>
          <Radio.Group className="radio-list">
            {ACTIONS.map((action) => (
              <Radio key={action} value={action}>
                <strong>{t(`settlement.budgets.actions.${action}.name`)}</strong>{" "}
                {t(`settlement.budgets.actions.${action}.about`)}
              </Radio>
            ))}
          </Radio.Group>
        </Form.Item>
        <Form.Item
          name="releasers"
          label={t("settlement.budgets.releasers")}
          extra={t("settlement.budgets.releasersHelp")}
        >
          <Select
            mode="multiple"
            showSearch={{ optionFilterProp: "label" }}
            options={(people.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))}
          />
        </Form.Item>
        <fieldset className="fieldset">
          <legend>{t("settlement.budgets.covers")}</legend>
          <p>{t("settlement.budgets.coversHelp")}</p>
          <div className="inline-fields">
            <Form.Item name={["covers", "party"]} label={t("settlement.budgets.cover.party")}>
              <PartySelect label={t("settlement.budgets.cover.party")} />
            </Form.Item>
            <Form.Item name={["covers", "period"]} label={t("settlement.budgets.cover.period")}>
              <PeriodSelect isWide label={t("settlement.budgets.cover.period")} />
            </Form.Item>
            {(["campaign", "term", "platform", "shop"] as const).map((name) => (
              <Form.Item
                key={name}
                name={["covers", name]}
                label={t(`settlement.budgets.cover.${name}`)}
              >
                <Input maxLength={200} />
              </Form.Item>
            ))}
          </div>
        </fieldset>
      </Form>
      <Refused fault={save.error} />
    </Modal>
  )
}
