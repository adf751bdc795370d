import { Input, Select } from "antd"
import { useTranslation } from "react-i18next"
import type { Source } from "@/api/types"
import { rateWords } from "@/text/zh-CN/rateWords"
import { PartySelect } from "../PartySelect"
import { Bound, type BoundField } from "./Bound"
import { RoleSelect } from "./RoleSelect"

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
        <RoleSelect
          aria-label={`${field.label}${t("rates.colon")}${t("rates.term.source.role")}`}
          className="wide"
          value={held.role ?? ""}
          disabled={field.isDisabled}
          roles={ROLES}
          onChange={(role) => field.set({ role })}
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
