import { Select } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"

interface Props {
  value?: string | undefined
  onChange?: (value: string | undefined) => void
  label: string
  id?: string
  isWide?: boolean
  /** Offered above the parties, "everybody" for example. */
  also?: { value: string; label: string }[]
}

/** A party by a part of its name; one that is chosen already shows its name. */
export function PartySelect({ value, onChange, label, id, isWide, also = [] }: Props) {
  const may = useMay()
  const [search, setSearch] = useState("")
  const canRead = may("settlement.read")
  const found = useRead(
    "list_parties",
    { query: { limit: 50, ...(search && { q: search }) } },
    { enabled: canRead },
  )
  const isListed = found.data?.items.some((party) => party.id === value) ?? true
  const isOther = Boolean(value) && !isListed && !also.some((one) => one.value === value)
  const own = useRead(
    "read_party",
    { path: { party_id: value ?? "" } },
    { enabled: canRead && isOther },
  )
  const options = [
    ...also,
    ...(isOther && own.data ? [{ value: own.data.id, label: own.data.name }] : []),
    ...(found.data?.items ?? []).map((party) => ({ value: party.id, label: party.name })),
  ]
  return (
    <Select
      allowClear
      showSearch={{ filterOption: false, onSearch: (words) => setSearch(words.trim()) }}
      {...(id ? { id } : {})}
      {...(isWide ? { className: "wide" } : {})}
      aria-label={label}
      placeholder={label}
      value={value || undefined}
      loading={found.isFetching}
      options={options}
      onChange={(next) => onChange?.(next)}
    />
  )
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
