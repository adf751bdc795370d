import { Button, Flex, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { UnmappedShown } from "@/api/types"
import { usePlatformName } from "@/settlement/reconcile/platforms"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { CopyText } from "@/ui/CopyText"
import { SearchField } from "@/ui/SearchField"
import { useAsk } from "@/ui/useAsk"
import { typedFrom } from "./form"
import { MapDialog } from "./MapDialog"
import { ProductDrawer } from "./ProductDrawer"

/** Goods of orders no product was found for, and those somebody said are no goods. */
export function Unmapped({ state }: { state: "open" | "set_aside" }) {
  const { t } = useTranslation()
  const may = useMay()
  const platformOf = usePlatformName()
  const [q] = useFilter("q")
  const [mapped, setMapped] = useState<UnmappedShown | null>(null)
  const [made, setMade] = useState<UnmappedShown | null>(null)
  const list = useList("list_unmapped_products", {
    query: { limit: 50, state, ...(q && { q }) },
  })
  return (
    <>
      <Flex className="filters" gap={8} wrap>
        <SearchField name="q" label={t("products.search")} />
      </Flex>
      <Rows
        query={list}
        rowKey="id"
        empty={
          <Typography.Text type="secondary">
            {t(
              q
                ? "products.noneFound"
                : state === "open"
                  ? "products.noUnmapped"
                  : "products.noSetAside",
            )}
          </Typography.Text>
        }
        columns={[
          {
            title: t("products.goods"),
            render: (_, row) => (
              <Flex vertical>
                <span>{row.name || row.code}</span>
                {row.note && <Typography.Text type="secondary">{row.note}</Typography.Text>}
                {row.likely[0] && state === "open" && (
                  <Typography.Text type="secondary">
                    {t("products.likely")} {row.likely[0].name}
                  </Typography.Text>
                )}
              </Flex>
            ),
          },
          { title: t("products.code"), render: (_, row) => <CopyText text={row.code} /> },
          {
            title: t("products.where"),
            render: (_, row) => [platformOf(row.platform), row.shop].filter(Boolean).join(" · "),
          },
          { title: t("products.order"), render: (_, row) => <CopyText text={row.order} /> },
          { title: t("products.seen"), render: (_, row) => <When at={row.seen_at} /> },
          {
            key: "actions",
            render: (_, row) =>
              may("products.edit") &&
              (state === "open" ? (
                <Flex gap={4}>
                  <Button size="small" type="primary" ghost onClick={() => setMapped(row)}>
                    {t("products.map")}
                  </Button>
                  <Button size="small" onClick={() => setMade(row)}>
                    {t("products.makeFrom")}
                  </Button>
                  <SetAside goods={row} />
                </Flex>
              ) : (
                <TakeUp goods={row} />
              )),
          },
        ]}
      />
      {mapped && <MapDialog goods={mapped} close={() => setMapped(null)} />}
      {made && <ProductDrawer product={null} first={typedFrom(made)} close={() => setMade(null)} />}
    </>
  )
}

function SetAside({ goods }: { goods: UnmappedShown }) {
  const { t } = useTranslation()
  const ask = useAsk()
  const act = useAct("set_unmapped_product_aside", {
    said: t("products.setAsideDone"),
    refresh: ["list_unmapped_products"],
  })
  return (
    <Button
      size="small"
      type="text"
      onClick={() =>
        ask({
          title: t("products.setAsideTitle", { name: goods.name || goods.code }),
          about: t("products.setAsideHelp"),
          go: t("products.setAsideGo"),
          isNeeded: true,
          done: (note) => act.mutateAsync({ path: { unmapped_id: goods.id }, body: { note } }),
        })
      }
    >
      {t("products.setAside")}
    </Button>
  )
}

function TakeUp({ goods }: { goods: UnmappedShown }) {
  const { t } = useTranslation()
  const act = useAct("take_up_unmapped_product", {
    said: t("products.tookUp"),
    refresh: ["list_unmapped_products"],
  })
  return (
    <Button
      size="small"
      loading={act.isPending}
      onClick={() => act.mutate({ path: { unmapped_id: goods.id } })}
    >
      {t("products.takeUp")}
    </Button>
  )
}
