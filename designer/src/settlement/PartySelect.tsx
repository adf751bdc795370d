import { Select } from "antd"
import { useDeferredValue, useState } from "react"
import { useTranslation } from "react-i18next"
import { rowsOf, useList, useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { PartyShown } from "@/api/types"
import { wordOf } from "./cards/words"

interface Props {
  value?: string | null | undefined
  onChange?: (id: string | undefined) => void
  id?: string
  label?: string
  kind?: PartyShown["kind"]
  /** A party that cannot be chosen: itself as its parent. */
  except?: string
  /** Offered above the parties, "everybody" for example. */
  also?: { value: string; label: string }[]
  isDisabled?: boolean
  /** As wide as its form; a filter is not. */
  isWide?: boolean
}

/** A party by a part of its name; one that is chosen already shows its name. */
export function PartySelect(props: Props) {
  const { t } = useTranslation()
  const may = useMay()("settlement.read")
  const [typed, setTyped] = useState("")
  const q = useDeferredValue(typed.trim())
  const list = useList(
    "list_parties",
    { query: { limit: 50, ...(q && { q }), ...(props.kind && { kind: props.kind as "creator" }) } },
    { enabled: may },
  )
  const own = props.value ?? ""
  const listed = rowsOf<"list_parties">(list.data).filter((one) => one.id !== props.except)
  const also = props.also ?? []
  const isOther =
    own !== "" &&
    list.isSuccess &&
    ![...also.map((one) => one.value), ...listed.map((one) => one.id)].includes(own)
  const other = useRead("read_party", { path: { party_id: own } }, { enabled: may && isOther })
  const shown = isOther && other.data ? [other.data, ...listed] : listed
  const options = shown.map((one) => ({
    value: one.id,
    label: one.name + t("rates.brackets", { text: wordOf(t, "partyKind", one.kind) }),
  }))
  return (
    <Select
      {...(props.isWide === false ? {} : { className: "wide" })}
      {...(props.id ? { id: props.id } : {})}
      {...(props.label ? { "aria-label": props.label } : {})}
      allowClear
      disabled={props.isDisabled ?? false}
      placeholder={props.label ?? t("rates.party.choose")}
      loading={list.isFetching}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      value={own || null}
      options={[...also, ...options]}
      onChange={(next) => props.onChange?.(next ?? undefined)}
    />
  )
}
