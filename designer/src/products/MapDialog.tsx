import { useQuery } from "@tanstack/react-query"
import { App, Checkbox, Modal, Radio, Select, Typography } from "antd"
import { useEffect, useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { call } from "@/api/client"
import type { UnmappedShown } from "@/api/types"
import { usePlatformName } from "@/settlement/reconcile/platforms"

/** Which product the goods of an order are: one that is likely, or one that is searched. */
export function MapDialog({ goods, close }: { goods: UnmappedShown; close: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const platformOf = usePlatformName()
  const [product, setProduct] = useState<string | null>(goods.likely[0]?.id ?? null)
  const [isEvery, setEvery] = useState(false)
  const found = useProducts()
  const map = useAct("map_unmapped_product", {
    refresh: ["list_unmapped_products", "list_products"],
    done: (made) => {
      void message.success(t("products.mapped", { name: made.name }))
      close()
    },
  })
  const isLikely = goods.likely.some((one) => one.id === product)
  return (
    <Modal
      open
      title={t("products.mapTitle", { name: goods.name })}
      okText={t("products.mapGo")}
      cancelText={t("word.cancel")}
      okButtonProps={{ disabled: product === null, loading: map.isPending }}
      onCancel={close}
      onOk={() =>
        product !== null &&
        map.mutate({
          path: { unmapped_id: goods.id },
          body: { product_id: product, every_shop: isEvery },
        })
      }
    >
      {goods.likely.length > 0 && (
        <>
          <Typography.Text type="secondary">{t("products.likely")}</Typography.Text>
          <Radio.Group
            className="radio-list"
            aria-label={t("products.likely")}
            value={isLikely ? product : null}
            onChange={(event) => setProduct(event.target.value as string)}
            options={goods.likely.map((one) => ({
              value: one.id,
              label: `${one.name} · ${one.sku}`,
            }))}
          />
        </>
      )}
      <Select<string | null>
        className="wide"
        aria-label={t("products.pick")}
        placeholder={t("products.pick")}
        showSearch={{ filterOption: false, onSearch: found.search }}
        loading={found.isBusy}
        value={isLikely ? null : product}
        options={found.items.map((one) => ({ value: one.id, label: `${one.name} · ${one.sku}` }))}
        notFoundContent={t("products.noneFound")}
        onChange={setProduct}
      />
      <Checkbox
        className="section-head"
        checked={isEvery}
        onChange={(event) => setEvery(event.target.checked)}
      >
        {t("products.mapEvery", { platform: platformOf(goods.platform) })}
      </Checkbox>
      <Typography.Paragraph type="secondary">{t("products.mapHelp")}</Typography.Paragraph>
    </Modal>
  )
}

/** Products in use by part of name or code, asked for when typing rests. */
function useProducts() {
  const [text, setText] = useState("")
  const [q, setQ] = useState("")
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), 250)
    return () => clearTimeout(timer)
  }, [text])
  const query = useQuery({
    queryKey: ["list_products", { query: { limit: 20, ...(q && { q }) } }],
    queryFn: ({ signal }) =>
      call("list_products", { query: { limit: 20, ...(q && { q }) }, signal }),
  })
  return { items: query.data?.items ?? [], isBusy: query.isFetching, search: setText }
}
