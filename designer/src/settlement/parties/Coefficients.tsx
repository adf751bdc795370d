import { PlusOutlined } from "@ant-design/icons"
import { Button, Checkbox, Form, Input, InputNumber, Modal, Table, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { Loaded } from "@/api/Loaded"
import { usePeopleNames } from "@/api/names"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { CoefficientShown, PartyShown } from "@/api/types"
import { When } from "@/text/When"
import { thisMonth } from "../lastMonth"

const ALL = "*"

/** Factors that are known late: by window, with who confirmed them. */
export function Coefficients({ party }: { party: PartyShown }) {
  const { t } = useTranslation()
  const may = useMay()
  const personOf = usePeopleNames()
  const [isNew, setNew] = useState(false)
  const query = useRead("list_coefficients", { query: { limit: 200 } })
  return (
    <>
      <Typography.Paragraph type="secondary">{t("rates.party.factorsAbout")}</Typography.Paragraph>
      <Loaded query={query}>
        {({ items }) => (
          <Table<CoefficientShown>
            size="middle"
            rowKey={(row) => `${row.period} ${row.party} ${row.key}`}
            pagination={false}
            locale={{
              emptyText: (
                <Typography.Text type="secondary">{t("rates.party.noFactors")}</Typography.Text>
              ),
            }}
            dataSource={items.filter((row) => row.party === party.id || row.party === ALL)}
            columns={[
              { title: t("rates.party.factorPeriod"), dataIndex: "period" },
              { title: t("rates.party.factorKey"), dataIndex: "key" },
              {
                title: t("rates.party.factorFor"),
                render: (_, row) => (row.party === ALL ? t("rates.party.everybody") : party.name),
              },
              { title: t("rates.party.factorValue"), className: "number", dataIndex: "value" },
              {
                title: t("rates.party.confirmed"),
                render: (_, row) => (
                  <>
                    {personOf(row.confirmed_by)} · <When at={row.confirmed_at} />
                  </>
                ),
              },
              { title: t("rates.party.note"), dataIndex: "note" },
            ]}
          />
        )}
      </Loaded>
      {may("settlement.edit") && (
        <Button className="section-head" icon={<PlusOutlined />} onClick={() => setNew(true)}>
          {t("rates.party.setFactor")}
        </Button>
      )}
      {isNew && <SetFactor party={party} close={() => setNew(false)} />}
    </>
  )
}

interface Values {
  key: string
  period: string
  value: string
  note?: string
  isAll?: boolean
}

function SetFactor({ party, close }: { party: PartyShown; close: () => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<Values>()
  const set = useAct("set_coefficient", {
    said: t("word.saved"),
    refresh: ["list_coefficients"],
    quiet: true,
    done: close,
  })
  const needed = [{ required: true, message: t("forms.required") }]
  return (
    <Modal
      open
      title={t("rates.party.setFactor")}
      okText={t("rates.party.factorGo")}
      cancelText={t("word.cancel")}
      confirmLoading={set.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Refused fault={set.error} className="form-fault" />
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ period: thisMonth(), value: "1" }}
        onFinish={({ isAll, note, ...values }) =>
          set.mutate({ body: { ...values, note: note ?? "", party: isAll ? ALL : party.id } })
        }
      >
        <Form.Item
          name="key"
          label={t("rates.party.factorKey")}
          extra={t("rates.party.factorKeyHelp")}
          rules={needed}
        >
          <Input maxLength={80} />
        </Form.Item>
        <Form.Item
          name="period"
          label={t("rates.party.factorPeriod")}
          extra={t("rates.party.factorPeriodHelp")}
          rules={needed}
        >
          <Input />
        </Form.Item>
        <Form.Item name="value" label={t("rates.party.factorValue")} rules={needed}>
          <InputNumber<string> stringMode className="wide" min="0" />
        </Form.Item>
        <Form.Item name="note" label={t("rates.party.note")}>
          <Input maxLength={1000} />
        </Form.Item>
        <Form.Item name="isAll" valuePropName="checked">
          <Checkbox>{t("rates.party.forAll")}</Checkbox>
        </Form.Item>
      </Form>
    </Modal>
  )
}
