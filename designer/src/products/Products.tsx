import { Button, Flex, Typography } from "antd"
import { type ReactNode, useState } from "react"
import { useTranslation } from "react-i18next"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import type { ProductShown } from "@/api/types"
import { money } from "@/text/format"
import { useFilter } from "@/ui/address"
import { CopyText } from "@/ui/CopyText"
import { SearchField } from "@/ui/SearchField"
import { ProductDrawer } from "./ProductDrawer"

/** The brand's own products, in use or archived. */
export function Products({ state, add }: { state: "active" | "archived"; add: ReactNode }) {
  const { t } = useTranslation()
  const [q] = useFilter("q")
  const [category] = useFilter("category")
  const [shown, setShown] = useState<ProductShown | null>(null)
  const list = useList("list_products", {
    query: { limit: 50, state, ...(q && { q }), ...(category && { category }) },
  })
  const isFiltered = Boolean(q || category)
  return (
    <>
      <Flex className="filters" gap={8} wrap>
        <SearchField name="q" label={t("products.search")} />
        <SearchField name="category" label={t("products.category")} />
      </Flex>
      <Rows
        query={list}
        rowKey="id"
        open={setShown}
        empty={
          <Flex vertical gap={12} align="center">
            <Typography.Text type="secondary">
              {t(isFiltered || state === "archived" ? "products.noneFound" : "products.none")}
            </Typography.Text>
            {!isFiltered && state === "active" && (
              <>
                <Typography.Text type="secondary">{t("products.noneHelp")}</Typography.Text>
                {add}
              </>
            )}
          </Flex>
        }
        columns={[
          {
            title: t("products.name"),
            render: (_, row) => (
              <Button type="link" className="inline-link" onClick={() => setShown(row)}>
                {row.name}
              </Button>
            ),
          },
          { title: t("products.sku"), render: (_, row) => <CopyText text={row.sku} /> },
          { title: t("products.category"), render: (_, row) => row.category ?? "—" },
          {
            title: t("products.cost"),
            className: "number",
            render: (_, row) => (row.cost && row.currency ? money(row.cost, row.currency) : "—"),
          },
          {
            title: t("products.ids"),
            render: (_, row) => t("products.idCount", { count: row.ids.length }),
          },
        ]}
      />
      {shown && <ProductDrawer key={shown.id} product={shown} close={() => setShown(null)} />}
    </>
  )
}
