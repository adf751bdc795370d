import { Typography } from "antd"
import { useOrderName } from "./reconcile/platforms"

/** An order with its platform by name; what is copied is its whole number. */
export function OrderText({ order }: { order: string }) {
  const orderOf = useOrderName()
  return <Typography.Text copyable={{ text: order }}>{orderOf(order)}</Typography.Text>
}
