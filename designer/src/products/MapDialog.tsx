import { useQuery } from "@tanstack/react-query"
import { App, Checkbox, Modal, Radio, Select, Typography } from "antd"
import { useEffect, useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { call } from "@/api/client"
import type { PastShown, UnmappedShown } from "@/api/types"
import { usePlatformName } from "@/settlement/reconcile/platforms"
import { exactTime } from "@/text/format"

/** Which product the goods of an order are: one that is likely, or one that is searched. */
export function MapDialog({ goods, close }: { goods: UnmappedShown; close: () => void }) {
  const { t } = useTranslation()
  const { message, notification } = App.useApp()
  const platformOf = usePlatformName()
  const [product, setProduct] = useState<string | null>(goods.likely[0]?.id ?? null)
  const [isEvery, setEvery] = useState(false)
  const found = useProducts()
  const map = useAct("map_unmapped_product", {
    refresh: ["list_unmapped_products", "list_products"],
    done: (made) => {
      const said = t("products.mapped", { name: made.name })
      if (made.past.length === 0) void message.success(said)
      else
        notification.info({
          title: said,
          description: <Past cards={made.past} />,
          duration: 0,
        })
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

const day = (iso: string) => exactTime(iso).slice(0, 10)

/** What was priced before anybody knew the product, with the way to price it anew. Notices stand
 * outside of the router: hence plain links. */
function Past({ cards }: { cards: PastShown[] }) {
  const { t } = useTranslation()
  return (
    <>
      {t("products.past")}
      {cards.map((one) => (
        <div key={one.card}>
          <a href={`/settlement/cards/${one.card}?tab=recompute`}>{one.card}</a>{" "}
          {t("products.pastLines", { count: one.lines })} {day(one.since)} – {day(one.until)}
        </div>
      ))}
    </>
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
