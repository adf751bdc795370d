import { PlusOutlined } from "@ant-design/icons"
import { Button, Segmented } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useMay } from "@/api/session"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { ProductDrawer } from "./ProductDrawer"
import { Products } from "./Products"
import { Unmapped } from "./Unmapped"
import "./products.css"

const TABS = ["unmapped", "active", "archived", "setAside"] as const
type Tab = (typeof TABS)[number]

/** 商品: what waits for a product first, then the products themselves. */
export function ProductsPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [shown, setShown] = useFilter("tab")
  const tab = TABS.find((one) => one === shown) ?? "unmapped"
  const [isNew, setNew] = useState(false)
  const add = may("products.edit") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
      {t("products.new")}
    </Button>
  )
  return (
    <Page title={t("menu.products")} about={t("products.about")} actions={add}>
      <Segmented<Tab>
        className="section-head product-tabs"
        value={tab}
        options={TABS.map((one) => ({ value: one, label: t(`products.tabs.${one}`) }))}
        onChange={setShown}
      />
      {(tab === "active" || tab === "archived") && <Products key={tab} state={tab} add={add} />}
      {tab === "unmapped" && <Unmapped key={tab} state="open" />}
      {tab === "setAside" && <Unmapped key={tab} state="set_aside" />}
      {isNew && <ProductDrawer product={null} close={() => setNew(false)} />}
    </Page>
  )
}
