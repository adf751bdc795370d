import { Input, Select } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import type { Source } from "@/api/types"
import { rateWords } from "@/text/zh-CN/rateWords"
import { PartySelect } from "../PartySelect"
import { Bound, type BoundField } from "./Bound"
import { wordOf } from "./words"

const ROLES = Object.keys(rateWords.role).filter((role) => role !== "party")

/** Who: a role the order brings, one party, or a formula. */
export function SourceFields({ at, label, help }: { at: string; label: string; help?: string }) {
  return (
    <Bound at={at} label={label} help={help}>
      {(field) => <SourceInput field={field} />}
    </Bound>
  )
}

function SourceInput({ field }: { field: BoundField }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState("")
  // Orders may bring roles of one's own: those are typed.
  const own = /^[a-z][a-z0-9_]{0,39}$/.test(typed) ? [typed] : []
  const held = (field.value ?? { role: "brand" }) as Source
  const way = held.expression != null ? "expression" : held.party != null ? "party" : "role"
  return (
    <>
      <Select
        id={field.id}
        value={way}
        disabled={field.isDisabled}
        status={field.status}
        options={(["role", "party", "expression"] as const).map((value) => ({
          value,
          label: t(`rates.term.source.${value}`),
        }))}
        onChange={(next) => field.set(next === "role" ? { role: "promoter" } : { [next]: "" })}
      />
      {way === "role" && (
        <Select
          aria-label={`${field.label}${t("rates.colon")}${t("rates.term.source.role")}`}
          className="wide"
          showSearch={{ optionFilterProp: "label", onSearch: setTyped }}
          value={held.role}
          disabled={field.isDisabled}
          options={[...new Set([...ROLES, held.role ?? "", ...own])]
            .filter(Boolean)
            .map((value) => ({ value, label: wordOf(t, "role", value) }))}
          onChange={(role: string) => field.set({ role })}
        />
      )}
      {way === "party" && (
        <PartySelect
          label={`${field.label}${t("rates.colon")}${t("rates.term.source.party")}`}
          value={held.party || null}
          isDisabled={field.isDisabled}
          onChange={(party) => field.set({ party: party ?? "" })}
        />
      )}
      {way === "expression" && (
        <Input
          aria-label={`${field.label}${t("rates.colon")}${t("rates.term.source.expression")}`}
          className="code-input"
          value={held.expression ?? ""}
          disabled={field.isDisabled}
          placeholder="order.promoter.id"
          onChange={(event) => field.set({ expression: event.target.value })}
        />
      )}
    </>
  )
}
