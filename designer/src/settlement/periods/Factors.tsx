import { PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Form, Input, Modal, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import { When } from "@/text/When"
import { PartySelect } from "../PartySelect"

/** Factors known late (完成系数), with who confirmed them. */
export function Factors() {
  const { t } = useTranslation()
  const may = useMay()
  const nameOf = usePeopleNames()
  const [isNew, setNew] = useState(false)
  const list = useList("list_coefficients", { query: { limit: 50 } })
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" gap={12} wrap>
        <Typography.Text type="secondary">{t("settlement.factors.about")}</Typography.Text>
        {may("settlement.edit") && (
          <Button icon={<PlusOutlined />} onClick={() => setNew(true)}>
            {t("settlement.factors.new")}
          </Button>
        )}
      </Flex>
      <Rows
        query={list}
        rowKey={(row) => `${row.period} ${row.party} ${row.key}`}
        empty={<Typography.Text type="secondary">{t("settlement.factors.none")}</Typography.Text>}
        columns={[
          { title: t("settlement.window"), render: (_, row) => row.period },
          {
            title: t("settlement.party"),
            render: (_, row) => row.party_name || t("settlement.factors.everybody"),
          },
          { title: t("settlement.factors.name"), render: (_, row) => row.key },
          {
            title: t("settlement.factors.value"),
            className: "number",
            render: (_, row) => row.value,
          },
          {
            title: t("settlement.factors.confirmedBy"),
            render: (_, row) => (
              <span>
                {nameOf(row.confirmed_by)} · <When at={row.confirmed_at} />
              </span>
            ),
          },
          { title: t("settlement.note"), render: (_, row) => row.note || "—" },
        ]}
      />
      {isNew && <NewFactor close={() => setNew(false)} />}
    </Flex>
  )
}

interface Values {
  party: string
  key: string
  period: string
  value: string
  note?: string
}

function NewFactor({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<Values>()
  const save = useAct("set_coefficient", {
    said: t("settlement.factors.saved"),
    refresh: ["read_settlement_period", "list_coefficients"],
    done: close,
  })
  const needed = [{ required: true, whitespace: true, message: t("forms.required") }]
  return (
    <Modal
      open
      title={t("settlement.factors.new")}
      okText={t("settlement.factors.confirm")}
      cancelText={t("word.cancel")}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(values) => save.mutate({ body: { ...values, note: values.note ?? "" } })}
      >
        <Form.Item name="party" label={t("settlement.party")} rules={needed}>
          <PartySelect
            label={t("settlement.party")}
            also={[{ value: "*", label: t("settlement.factors.everybody") }]}
          />
        </Form.Item>
        <Form.Item
          name="key"
          label={t("settlement.factors.name")}
          extra={t("settlement.factors.nameHelp")}
          rules={needed}
        >
          <Input maxLength={80} placeholder="completion" />
        </Form.Item>
        <Form.Item
          name="period"
          label={t("settlement.window")}
          extra={t("settlement.factors.windowHelp")}
          rules={needed}
        >
          <Input maxLength={80} placeholder="2026-11" />
        </Form.Item>
        <Form.Item
          name="value"
          label={t("settlement.factors.value")}
          rules={[
            {
              required: true,
              pattern: /^\d{1,6}(\.\d{1,6})?$/,
              message: t("settlement.factors.valueWrong"),
            },
          ]}
        >
          <Input maxLength={13} placeholder="0.8" />
        </Form.Item>
        <Form.Item name="note" label={t("settlement.note")}>
          <Input maxLength={400} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
