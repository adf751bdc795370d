import { Input } from "antd"
import { useTranslation } from "react-i18next"
import { useFilter } from "@/ui/address"

/** An order by its whole number: platform/shop/number. */
export function OrderFilter() {
  const { t } = useTranslation()
  const [order, setOrder] = useFilter("order")
  return (
    <Input.Search
      key={order}
      allowClear
      defaultValue={order}
      aria-label={t("settlement.order")}
      placeholder={t("settlement.orderForm")}
      onSearch={(next) => setOrder(next.trim())}
    />
  )
}
