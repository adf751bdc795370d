import { Alert, Button, Drawer, Flex, Form, Input, InputNumber, Select } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useMay } from "@/api/session"
import type { ProductShown } from "@/api/types"
import { bodyOf, missingOf, READS, type Typed, typedOf } from "./form"
import { Ids } from "./Ids"
import { ProductActs } from "./ProductActs"

const CURRENCIES = ["CNY", "HKD", "TWD", "USD", "EUR", "JPY", "GBP", "SGD", "MYR", "THB"]

interface Props {
  /** Null for one that is to be made. */
  product: ProductShown | null
  /** What a new one begins as. */
  first?: Typed
  close: () => void
}

/** A product: its code, cost and category, and what platforms call it. */
export function ProductDrawer({ product, first, close }: Props) {
  const { t } = useTranslation()
  const may = useMay()
  const isReadOnly = !may("products.edit")
  const [typed, setTyped] = useState<Typed>(() => first ?? typedOf(product))
  const [isTried, setTried] = useState(false)
  const keep = useKeep(product, close)
  const missing = isTried ? missingOf(typed) : []
  const set = (change: Partial<Typed>) => setTyped({ ...typed, ...change })
  const go = () => {
    setTried(true)
    if (missingOf(typed).length === 0) keep.go(bodyOf(typed, product))
  }
  const field = (name: "sku" | "name" | "category" | "cost") => ({
    name,
    value: typed[name],
    onChange: (value: string) => set({ [name]: value }),
  })
  return (
    <Drawer
      open
      size={560}
      title={product ? product.name : t("products.new")}
      onClose={close}
      extra={
        !isReadOnly && (
          <Flex gap={8}>
            {product && <ProductActs product={product} close={close} />}
            <Button type="primary" loading={keep.isBusy} onClick={go}>
              {product ? t("products.save") : t("products.new")}
            </Button>
          </Flex>
        )
      }
    >
      {isReadOnly && (
        <Alert type="info" showIcon className="form-fault" title={t("products.readOnly")} />
      )}
      <Refused fault={keep.fault} className="form-fault" />
      <Form layout="vertical" component="div" disabled={isReadOnly}>
        <Text
          {...field("sku")}
          required
          placeholder="QH-EYE-15"
          fault={missing.includes("sku") && t("forms.required")}
        />
        <Text {...field("name")} required fault={missing.includes("name") && t("forms.required")} />
        <Text {...field("category")} placeholder={t("products.categoryLike")} />
        <div className="inline-fields product-numbers">
          <Text
            {...field("cost")}
            inputMode="decimal"
            placeholder="46.50"
            fault={missing.includes("cost") && t("products.costWrong")}
          />
          <Form.Item label={t("products.currency")} htmlFor="product-currency">
            <Select
              id="product-currency"
              showSearch
              value={typed.currency}
              options={CURRENCIES.map((one) => ({ value: one, label: one }))}
              onChange={(currency) => set({ currency })}
            />
          </Form.Item>
          <Form.Item
            label={t("products.consumed")}
            htmlFor="product-consumed"
            extra={t("products.consumedHelp")}
          >
            <InputNumber
              id="product-consumed"
              min={1}
              max={3650}
              precision={0}
              value={typed.consumed}
              onChange={(consumed) => set({ consumed })}
            />
          </Form.Item>
        </div>
        <Form.Item
          label={t("products.ids")}
          {...faulty(missing.includes("ids") && t("forms.required"))}
        >
          <Ids ids={typed.ids} onChange={(ids) => set({ ids })} isReadOnly={isReadOnly} />
        </Form.Item>
      </Form>
    </Drawer>
  )
}

interface TextProps {
  name: "sku" | "name" | "category" | "cost"
  value: string
  onChange: (value: string) => void
  /** What is wrong with it. */
  fault?: string | false
  required?: boolean
  placeholder?: string
  inputMode?: "decimal"
}

function Text({ name, onChange, fault, required, ...input }: TextProps) {
  const { t } = useTranslation()
  const id = `product-${name}`
  return (
    <Form.Item
      label={t(`products.${name}`)}
      htmlFor={id}
      {...(required ? { required } : {})}
      {...faulty(fault)}
    >
      <Input
        id={id}
        maxLength={200}
        onChange={(event) => onChange(event.target.value)}
        {...input}
      />
    </Form.Item>
  )
}

const faulty = (help: string | false | undefined) =>
  help ? { validateStatus: "error" as const, help } : {}

function useKeep(product: ProductShown | null, close: () => void) {
  const { t } = useTranslation()
  const make = useAct("create_product", {
    quiet: true,
    said: t("products.made"),
    refresh: [...READS],
    done: close,
  })
  const update = useAct("update_product", {
    quiet: true,
    said: t("products.saved"),
    refresh: [...READS],
    done: close,
  })
  const go = (body: ReturnType<typeof bodyOf>) =>
    product
      ? update.mutate({ path: { product_id: product.id }, match: product.revision, body })
      : make.mutate({ body })
  return { go, isBusy: make.isPending || update.isPending, fault: make.error ?? update.error }
}
