import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Alert, App, Button, Drawer, Flex, Form, Input, InputNumber, Select } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Details, sentenceOf } from "@/api/Fault"
import { isProblem } from "@/api/problem"
import { useMay } from "@/api/session"
import type { PlatformId, ProductShown } from "@/api/types"
import { bodyOf, missingOf, type Typed, typedOf } from "./form"

const CURRENCIES = ["CNY", "HKD", "TWD", "USD", "EUR", "JPY", "GBP", "SGD", "MYR", "THB"]
const READS = ["list_products", "list_unmapped_products"] as const

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
  const needed = (name: "sku" | "name") =>
    missing.includes(name) ? { validateStatus: "error" as const, help: t("forms.required") } : {}
  return (
    <Drawer
      open
      size={560}
      title={product ? product.name : t("products.new")}
      onClose={close}
      extra={
        !isReadOnly && (
          <Flex gap={8}>
            {product && <Acts product={product} close={close} />}
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
      {keep.fault && (
        <Alert
          type="error"
          showIcon
          className="form-fault"
          title={sentenceOf(keep.fault)}
          description={<Details fault={keep.fault} />}
        />
      )}
      <Form layout="vertical" component="div" disabled={isReadOnly}>
        <Form.Item label={t("products.sku")} htmlFor="product-sku" required {...needed("sku")}>
          <Input
            id="product-sku"
            maxLength={200}
            placeholder="QH-EYE-15"
            value={typed.sku}
            onChange={(event) => set({ sku: event.target.value })}
          />
        </Form.Item>
        <Form.Item label={t("products.name")} htmlFor="product-name" required {...needed("name")}>
          <Input
            id="product-name"
            maxLength={200}
            value={typed.name}
            onChange={(event) => set({ name: event.target.value })}
          />
        </Form.Item>
        <Form.Item label={t("products.category")} htmlFor="product-category">
          <Input
            id="product-category"
            maxLength={200}
            placeholder="护肤/眼霜"
            value={typed.category}
            onChange={(event) => set({ category: event.target.value })}
          />
        </Form.Item>
        <div className="inline-fields product-numbers">
          <Form.Item
            label={t("products.cost")}
            htmlFor="product-cost"
            {...(missing.includes("cost")
              ? { validateStatus: "error" as const, help: t("products.costWrong") }
              : {})}
          >
            <Input
              id="product-cost"
              inputMode="decimal"
              placeholder="46.50"
              value={typed.cost}
              onChange={(event) => set({ cost: event.target.value })}
            />
          </Form.Item>
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
          {...(missing.includes("ids")
            ? { validateStatus: "error" as const, help: t("forms.required") }
            : {})}
        >
          <Ids ids={typed.ids} onChange={(ids) => set({ ids })} isReadOnly={isReadOnly} />
        </Form.Item>
      </Form>
    </Drawer>
  )
}

interface IdsProps {
  ids: PlatformId[]
  onChange: (ids: PlatformId[]) => void
  isReadOnly: boolean
}

/** What platforms and their shops call it, one a row. */
function Ids({ ids, onChange, isReadOnly }: IdsProps) {
  const { t } = useTranslation()
  const edit = (at: number, change: Partial<PlatformId>) =>
    onChange(ids.map((one, index) => (index === at ? { ...one, ...change } : one)))
  return (
    <Flex vertical gap={8}>
      {ids.map((one, at) => (
        // Everything in a row is being typed: only its place stays the same.
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is the name
        <Flex key={at} gap={4} align="center" className="product-id">
          <Input
            aria-label={`${t("products.platform")} ${at + 1}`}
            placeholder={t("products.platform")}
            value={one.platform}
            onChange={(event) => edit(at, { platform: event.target.value.trim() })}
          />
          <Input
            aria-label={`${t("products.shop")} ${at + 1}`}
            placeholder={t("products.everyShop")}
            value={one.shop ?? ""}
            onChange={(event) => edit(at, { shop: event.target.value || null })}
          />
          <Input
            aria-label={`${t("products.externalId")} ${at + 1}`}
            placeholder={t("products.externalId")}
            value={one.external_id}
            onChange={(event) => edit(at, { external_id: event.target.value })}
          />
          {!isReadOnly && (
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t("products.removeId", { id: one.external_id || at + 1 })}
              onClick={() => onChange(ids.filter((_, index) => index !== at))}
            />
          )}
        </Flex>
      ))}
      {!isReadOnly && (
        <Button
          type="dashed"
          icon={<PlusOutlined />}
          onClick={() => onChange([...ids, { platform: "", shop: null, external_id: "" }])}
        >
          {t("products.addId")}
        </Button>
      )}
    </Flex>
  )
}

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

/** Archived, in use again, or gone where nothing has used it. */
function Acts({ product, close }: { product: ProductShown; close: () => void }) {
  const { t } = useTranslation()
  const { modal, notification } = App.useApp()
  const path = { product_id: product.id }
  const archive = useAct("archive_product", {
    said: t("products.archived"),
    refresh: [...READS],
    done: close,
  })
  const restore = useAct("restore_product", {
    said: t("products.restored"),
    refresh: [...READS],
    done: close,
  })
  const remove = useAct("delete_product", {
    said: t("products.deleted"),
    refresh: [...READS],
    done: close,
    quiet: (fault) => isProblem(fault, "in_use"),
  })
  const ask = (title: string, content: string, okText: string, onOk: () => Promise<unknown>) =>
    void modal.confirm({
      title,
      content,
      okText,
      okButtonProps: { danger: true },
      cancelText: t("word.cancel"),
      onOk: () =>
        onOk().catch((fault) => {
          if (isProblem(fault, "in_use"))
            notification.warning({
              title: t("products.inUse"),
              description: <Details fault={fault} />,
            })
        }),
    })
  const { name } = product
  return (
    <>
      <Button
        danger
        onClick={() =>
          ask(t("products.deleteTitle", { name }), t("products.deleteHelp"), t("word.delete"), () =>
            remove.mutateAsync({ path }),
          )
        }
      >
        {t("products.delete")}
      </Button>
      {product.archived_at ? (
        <Button loading={restore.isPending} onClick={() => restore.mutate({ path })}>
          {t("products.restore")}
        </Button>
      ) : (
        <Button
          onClick={() =>
            ask(
              t("products.archiveTitle", { name }),
              t("products.archiveHelp"),
              t("products.archive"),
              () => archive.mutateAsync({ path }),
            )
          }
        >
          {t("products.archive")}
        </Button>
      )}
    </>
  )
}
