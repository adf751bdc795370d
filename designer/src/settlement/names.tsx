import { useQuery } from "@tanstack/react-query"
import { Select } from "antd"
import { useDeferredValue, useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { rowsOf, useList, useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { PartyShown } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { wordOf } from "./cards/words"

/** Names of parties by id, the first thousand of them; "brand" is us. */
export function usePartyNames(): (id: string | null | undefined) => string {
  const { t } = useTranslation()
  const list = useQuery({
    queryKey: ["list_parties", "names"],
    queryFn: readParties,
    staleTime: 60_000,
  })
  const names = useMemo(() => new Map(list.data?.map((one) => [one.id, one.name])), [list.data])
  return (id) =>
    !id
      ? "—"
      : id === "brand"
        ? t("rateWords.role.brand")
        : (names.get(id) ?? wordOf(t, "role", id))
}

async function readParties({ signal }: { signal: AbortSignal }): Promise<PartyShown[]> {
  const found: PartyShown[] = []
  let cursor: string | undefined
  do {
    const page = await call("list_parties", {
      query: { limit: 200, ...(cursor && { cursor }) },
      signal,
    })
    found.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor && found.length < 1000)
  return found
}

interface PartySelectProps {
  value?: string | null | undefined
  onChange?: (id: string | undefined) => void
  id?: string
  label?: string
  kind?: PartyShown["kind"]
  /** A party that cannot be chosen: itself as its parent. */
  except?: string
  isDisabled?: boolean
}

/** A party, found by a part of its name. */
export function PartySelect(props: PartySelectProps) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState("")
  const q = useDeferredValue(typed.trim())
  const nameOf = usePartyNames()
  const list = useList("list_parties", {
    query: { limit: 50, ...(q && { q }), ...(props.kind && { kind: props.kind as "creator" }) },
  })
  const options = rowsOf<"list_parties">(list.data)
    .filter((one) => one.id !== props.except)
    .map((one) => ({
      value: one.id,
      label: one.name + t("rates.brackets", { text: wordOf(t, "partyKind", one.kind) }),
    }))
  const own = props.value
  if (own && !options.some((one) => one.value === own))
    options.push({ value: own, label: nameOf(own) })
  return (
    <Select
      className="wide"
      {...(props.id ? { id: props.id } : {})}
      {...(props.label ? { "aria-label": props.label } : {})}
      allowClear
      disabled={props.isDisabled ?? false}
      placeholder={t("rates.party.choose")}
      loading={list.isPending}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      value={own ?? null}
      options={options}
      onChange={(next) => props.onChange?.(next ?? undefined)}
    />
  )
}

/** Roles of the company: options, and the name of each by its key. */
export function useRoles(): {
  options: { value: string; label: string }[]
  nameOf: (key: string) => string
} {
  const may = useMay()
  const list = useRead("list_roles", { query: { limit: 200 } }, { enabled: may("roles.read") })
  const options = (list.data?.items ?? []).map((role) => ({
    value: role.key,
    label:
      typeof role.name === "string"
        ? role.name
        : languageNow() === "en"
          ? role.name.en
          : role.name.zh,
  }))
  return { options, nameOf: (key) => options.find((one) => one.value === key)?.label ?? key }
}
