import { Select } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"

interface Props {
  value?: string | undefined
  onChange?: (value: string | undefined) => void
  label: string
  id?: string
  isWide?: boolean
}

const PERIOD = /^\d{4}(-(\d{2}|W\d{2}|Q[1-4]|\d{2}-H[12]))$/

export function isPeriod(text: string): boolean {
  return PERIOD.test(text)
}

/** A settlement period: those that are there, or one that is typed in. */
export function PeriodSelect({ value, onChange, label, id, isWide }: Props) {
  const { t } = useTranslation()
  const [search, setSearch] = useState("")
  const found = useRead("list_settlement_periods", { query: { limit: 100 } })
  const keys = (found.data?.items ?? []).map((period) => period.key)
  const typed = search.trim().toUpperCase()
  const own = [value ?? "", isPeriod(typed) ? typed : ""].filter(
    (key) => key && !keys.includes(key),
  )
  return (
    <Select
      allowClear
      showSearch={{ onSearch: setSearch }}
      {...(id ? { id } : {})}
      {...(isWide ? { className: "wide" } : {})}
      aria-label={label}
      placeholder={label}
      value={value || undefined}
      notFoundContent={t("settlement.periodForm")}
      options={[...new Set([...own, ...keys])].map((key) => ({ value: key, label: key }))}
      onChange={(next) => onChange?.(next)}
    />
  )
}
