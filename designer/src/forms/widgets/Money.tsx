import { InputNumber, Select, Space } from "antd"
import { useTranslation } from "react-i18next"
import type { WidgetProps } from "../widget"
import { emptyOf } from "../widget"

const CURRENCIES = ["CNY", "HKD", "TWD", "USD", "EUR", "JPY", "GBP", "SGD", "MYR", "THB"]

/** An amount in major units as an exact text, with its currency. */
export function Money({ schema, value, onChange, id, isReadOnly, label }: WidgetProps) {
  const { t } = useTranslation()
  const held = (value ?? {}) as { amount?: string; currency?: string }
  const currency = held.currency ?? "CNY"
  return (
    <Space.Compact className="wide">
      <Select
        aria-label={t("forms.currencyOf", { label })}
        value={currency}
        disabled={isReadOnly}
        style={{ width: 90 }}
        options={CURRENCIES.map((each) => ({ value: each, label: each }))}
        onChange={(next) => onChange({ ...held, currency: next })}
      />
      <InputNumber<string>
        id={id}
        className="wide"
        // The text stays a text: a float would lose cents.
        stringMode
        precision={2}
        value={held.amount ?? null}
        disabled={isReadOnly}
        onChange={(amount) =>
          onChange(amount === null ? emptyOf(schema) : { amount: String(amount), currency })
        }
      />
    </Space.Compact>
  )
}
