import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons"
import {
  Button,
  Checkbox,
  Collapse,
  DatePicker,
  Flex,
  Form,
  Input,
  InputNumber,
  Select,
} from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { rateWords } from "@/text/zh-CN/rateWords"
import { wordOf } from "../cards/words"

interface Props {
  withTotals: boolean
  setWithTotals: (is: boolean) => void
  currency: string
  /** The fields of the parties, after the usual figures. */
  children: ReactNode
}

const KINDS = [
  "normal",
  "presale",
  "group_buy",
  "sample",
  "exchange",
  "price_difference",
  "stored_value",
  "self_purchase",
  "staff",
  "other",
] as const

/** The figures of an imagined order: the usual ones, the rest folded away. */
export function FigureFields({ withTotals, setWithTotals, currency, children }: Props) {
  const { t } = useTranslation()
  const options = (group: "platform" | "bearer" | "adjustment" | "fee") =>
    Object.keys(rateWords[group]).map((value) => ({ value, label: wordOf(t, group, value) }))
  const amount = (label: string) => (
    <InputNumber<string> stringMode className="wide" aria-label={label} placeholder={label} />
  )
  return (
    <>
      <Form.Item
        name="amount"
        label={t("rates.trial.amount")}
        rules={[{ required: true, message: t("forms.required") }]}
      >
        <InputNumber<string> stringMode className="wide" suffix={currency} />
      </Form.Item>
      <div className="bound-grid">
        <Form.Item name="platform" label={wordOf(t, "match", "platform")}>
          <Select options={options("platform")} showSearch={{ optionFilterProp: "label" }} />
        </Form.Item>
        <Form.Item name="quantity" label={t("rates.trial.quantity")}>
          <InputNumber min={1} className="wide" />
        </Form.Item>
      </div>
      <Form.Item name="paidAt" label={t("rates.trial.paidAt")}>
        <DatePicker showTime={{ format: "HH:mm" }} className="wide" allowClear={false} />
      </Form.Item>
      {children}
      <Collapse
        ghost
        items={[
          {
            key: "more",
            label: t("rates.trial.more"),
            forceRender: true,
            children: (
              <>
                <div className="bound-grid">
                  {(["shop", "channel", "store", "category"] as const).map((name) => (
                    <Form.Item key={name} name={name} label={wordOf(t, "match", name)}>
                      <Input />
                    </Form.Item>
                  ))}
                  <Form.Item name="product" label={t("rates.trial.product")}>
                    <Input />
                  </Form.Item>
                  <Form.Item name="campaign" label={t("rates.trial.campaign")}>
                    <Input />
                  </Form.Item>
                  <Form.Item name="kind" label={t("rates.trial.kind")}>
                    <Select
                      options={KINDS.map((value) => ({
                        value,
                        label: t(`rates.trial.kinds.${value}`),
                      }))}
                    />
                  </Form.Item>
                  <Form.Item name="status" label={t("rates.trial.status")}>
                    <Select
                      options={(["paid", "delivered", "completed"] as const).map((value) => ({
                        value,
                        label: t(`rates.trial.statuses.${value}`),
                      }))}
                    />
                  </Form.Item>
                  <Form.Item name="tags" label={wordOf(t, "match", "customer_tag")}>
                    <Select mode="tags" />
                  </Form.Item>
                  <Form.Item name="level" label={wordOf(t, "match", "member_level")}>
                    <Input />
                  </Form.Item>
                </div>
                <Rows
                  name="adjustments"
                  label={t("rates.trial.adjustments")}
                  fresh={{ type: "platform_subsidy", bearer: "platform" }}
                >
                  {(at) => (
                    <>
                      <Form.Item noStyle name={[at, "type"]}>
                        <Select
                          aria-label={t("rates.trial.adjustments")}
                          options={options("adjustment")}
                        />
                      </Form.Item>
                      <Form.Item noStyle name={[at, "amount"]}>
                        {amount(t("rates.trial.amount"))}
                      </Form.Item>
                      <Form.Item noStyle name={[at, "bearer"]}>
                        <Select
                          aria-label={wordOf(t, "field", "bearer")}
                          options={options("bearer")}
                        />
                      </Form.Item>
                    </>
                  )}
                </Rows>
                <Rows
                  name="fees"
                  label={t("rates.trial.fees")}
                  fresh={{ type: "platform_commission" }}
                >
                  {(at) => (
                    <>
                      <Form.Item noStyle name={[at, "type"]}>
                        <Select aria-label={t("rates.trial.fees")} options={options("fee")} />
                      </Form.Item>
                      <Form.Item noStyle name={[at, "amount"]}>
                        {amount(t("rates.trial.amount"))}
                      </Form.Item>
                    </>
                  )}
                </Rows>
                <Checkbox
                  checked={withTotals}
                  onChange={(event) => setWithTotals(event.target.checked)}
                >
                  {t("rates.trial.withTotals")}
                </Checkbox>
              </>
            ),
          },
        ]}
      />
    </>
  )
}

interface RowsProps {
  name: "adjustments" | "fees"
  label: string
  fresh: object
  children: (at: number) => ReactNode
}

function Rows({ name, label, fresh, children }: RowsProps) {
  const { t } = useTranslation()
  return (
    <Form.List name={name}>
      {(fields, { add, remove }) => (
        <Form.Item label={label}>
          <Flex vertical gap={8}>
            {fields.map((field) => (
              <Flex key={field.key} gap={4}>
                {children(field.name)}
                <Button
                  type="text"
                  icon={<MinusCircleOutlined />}
                  aria-label={`${t("word.delete")} ${label}`}
                  onClick={() => remove(field.name)}
                />
              </Flex>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add(fresh)}>
              {t("rates.trial.add", { label })}
            </Button>
          </Flex>
        </Form.Item>
      )}
    </Form.List>
  )
}
