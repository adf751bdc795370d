import { Typography } from "antd"
import { money } from "@/text/format"

interface Props {
  /** Major units as an exact text. */
  value: string | null | undefined
  currency?: string
  /** What is below zero stands out. */
  isToned?: boolean
  isStrong?: boolean
}

/** An amount of money as people read it: currency, thousands, figures of equal width. */
export function Money({ value, currency = "CNY", isToned = false, isStrong = false }: Props) {
  if (value === null || value === undefined || value === "") return <span className="money">—</span>
  const isBelow = value.startsWith("-") && /[1-9]/.test(value)
  return (
    <Typography.Text
      className="money"
      strong={isStrong}
      {...(isToned && isBelow ? { type: "danger" as const } : {})}
    >
      {money(value, currency)}
    </Typography.Text>
  )
}
