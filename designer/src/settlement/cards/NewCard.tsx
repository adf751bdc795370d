import { Form, Input, InputNumber, Modal, Radio, Select } from "antd"
import { useTranslation } from "react-i18next"
import { useNavigate } from "react-router"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useRead } from "@/api/queries"
import type { Card, CardListed } from "@/api/types"
import { rateWords } from "@/text/zh-CN/rateWords"
import { KINDS } from "./models"
import { copyOf, type Starting, startingCard } from "./starting"
import { wordOf } from "./words"

const KEY = /^[a-z][a-z0-9_-]{0,63}$/
const ROLES = ["promoter", "agency", "leader", "dealer", "franchisee", "provider", "shop", "store"]

function useCreate(close: () => void) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  return useAct("create_rate_card", {
    said: t("rates.cards.created"),
    refresh: ["list_rate_cards"],
    quiet: true,
    done: (card) => {
      close()
      void navigate(`/settlement/cards/${card.key}`)
    },
  })
}

/** A new card from a few plain questions; all of it can be changed afterwards. */
export function NewCard({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<Starting>()
  const kind = Form.useWatch("kind", form)
  const moment = Form.useWatch("moment", form)
  const create = useCreate(close)
  const needed = [{ required: true, message: t("forms.required") }]
  const options = (group: "moment" | "period") =>
    Object.keys(rateWords[group]).map((value) => ({ value, label: wordOf(t, group, value) }))
  return (
    <Modal
      open
      width={780}
      title={t("rates.cards.new")}
      okText={t("rates.cards.create")}
      cancelText={t("word.cancel")}
      confirmLoading={create.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Failed fault={create.error} />
      <Form<Starting>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          role: "promoter",
          direction: "pay",
          kind: "percentage",
          figure: "10",
          moment: "after_sales",
          days: 7,
          period: "month",
        }}
        onFinish={(values) => create.mutate({ body: startingCard(values) })}
      >
        <div className="pair-grid">
          <Form.Item name="name" label={t("word.name")} rules={needed}>
            <Input maxLength={120} placeholder={t("rates.cards.nameExample")} />
          </Form.Item>
          <Form.Item
            name="key"
            label={t("word.key")}
            extra={t("rates.cards.keyHelp")}
            rules={[...needed, { pattern: KEY, message: t("rates.cards.keyHelp") }]}
          >
            <Input maxLength={64} placeholder="creators-2026" />
          </Form.Item>
          <Form.Item name="role" label={t("rates.term.party")}>
            <Select options={ROLES.map((value) => ({ value, label: wordOf(t, "role", value) }))} />
          </Form.Item>
          <Form.Item name="direction" label={wordOf(t, "field", "direction")}>
            <Select
              options={["pay", "charge"].map((value) => ({
                value,
                label: wordOf(t, "direction", value),
              }))}
            />
          </Form.Item>
        </div>
        <Form.Item name="kind" label={t("rates.cards.how")}>
          <Radio.Group className="choice-cards">
            {KINDS.map((value) => (
              <Radio key={value} value={value}>
                {wordOf(t, "model", value)}
                <small>{wordOf(t, "modelAbout", value)}</small>
              </Radio>
            ))}
          </Radio.Group>
        </Form.Item>
        <div className="pair-grid">
          <Form.Item
            name="figure"
            hidden={kind === "chain"}
            label={
              kind === "percentage" || kind === "graduated" || kind === "volume"
                ? wordOf(t, "field", "percent")
                : wordOf(t, "field", "amount")
            }
            extra={(kind === "graduated" || kind === "volume") && t("rates.cards.tierHelp")}
            rules={needed}
          >
            <InputNumber<string> stringMode className="wide" min="0" />
          </Form.Item>
          <Form.Item name="moment" label={wordOf(t, "field", "moment")}>
            <Select options={options("moment")} />
          </Form.Item>
          {moment === "after_sales" && (
            <Form.Item name="days" label={t("rates.term.days")}>
              <InputNumber className="wide" min={0} max={365} precision={0} />
            </Form.Item>
          )}
          <Form.Item name="period" label={wordOf(t, "field", "period")}>
            <Select options={options("period")} />
          </Form.Item>
        </div>
      </Form>
    </Modal>
  )
}

/** A card like this one, for another year or another brand. */
export function CopyCard({
  card,
  close,
}: {
  card: Pick<CardListed, "key" | "name">
  close: () => void
}) {
  const { t } = useTranslation()
  const [form] = Form.useForm<{ key: string; name: string }>()
  const source = useRead("read_rate_card", { path: { key: card.key } })
  const create = useCreate(close)
  const needed = [{ required: true, message: t("forms.required") }]
  return (
    <Modal
      open
      title={t("rates.cards.copyOf", { name: card.name })}
      okText={t("rates.cards.copyGo")}
      cancelText={t("word.cancel")}
      confirmLoading={create.isPending}
      okButtonProps={{ disabled: !source.data }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Failed fault={create.error ?? source.error} />
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          key: `${card.key}-copy`,
          name: t("rates.copyOf", { name: card.name }),
        }}
        onFinish={({ key, name }) =>
          source.data &&
          create.mutate({ body: copyOf(source.data.draft as unknown as Card, key, name) })
        }
      >
        <Form.Item name="name" label={t("word.name")} rules={needed}>
          <Input maxLength={120} />
        </Form.Item>
        <Form.Item
          name="key"
          label={t("word.key")}
          extra={t("rates.cards.keyHelp")}
          rules={[...needed, { pattern: KEY, message: t("rates.cards.keyHelp") }]}
        >
          <Input maxLength={64} />
        </Form.Item>
      </Form>
    </Modal>
  )
}

function Failed({ fault }: { fault: Error | null }) {
  if (!fault) return null
  return <Refused fault={fault} className="form-fault" />
}
