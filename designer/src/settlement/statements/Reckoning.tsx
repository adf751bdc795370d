import { useTranslation } from "react-i18next"
import type { StatementShown } from "@/api/types"
import { negated } from "../amounts"
import { Money } from "../Money"
import "../desk.css"

interface Line {
  key: string
  label: string
  value: string
  note?: string
  isSum?: boolean
}

/** How the payable comes about, as one would reckon it on paper; what is nothing is left out. */
export function Reckoning({ statement }: { statement: StatementShown }) {
  const { t } = useTranslation()
  const lines = useLines(statement)
  return (
    <table className="reckoning">
      <caption className="unseen">{t("settlement.statements.reckoning")}</caption>
      <tbody>
        {lines.map((line) => (
          <tr key={line.key} className={line.isSum ? "reckoning-sum" : ""}>
            <th scope="row">
              {line.label}
              {line.note && <small>{line.note}</small>}
            </th>
            <td>
              <Money
                value={line.value}
                currency={statement.currency}
                isToned
                isStrong={line.isSum ?? false}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function useLines(statement: StatementShown): Line[] {
  const { t } = useTranslation()
  const is = (value: string) => /[1-9]/.test(value)
  const entries = (count: number) => t("settlement.statements.entries", { count })
  const found: (Line | false)[] = [
    is(statement.opening) && {
      key: "opening",
      label: t("settlement.statements.opening"),
      value: statement.opening,
    },
    ...statement.sums.map((one) => ({
      key: `sum ${one.term}`,
      label: one.name,
      value: one.amount,
      note: entries(one.entries),
    })),
    ...statement.corrections.map((one) => ({
      key: `late ${one.term}`,
      label: t("settlement.statements.correction", { name: one.name }),
      value: one.amount,
      note: entries(one.entries),
    })),
    is(statement.held) && {
      key: "held",
      label: t("settlement.statements.held"),
      value: negated(statement.held),
    },
    is(statement.released) && {
      key: "released",
      label: t("settlement.statements.releasedHold"),
      value: statement.released,
    },
    { key: "net", label: t("settlement.statements.net"), value: statement.net, isSum: true },
    is(statement.carried) && {
      key: "carried",
      label: t("settlement.statements.carried"),
      value: statement.carried,
      note: t(
        statement.carried.startsWith("-")
          ? "settlement.statements.carriedBelow"
          : "settlement.statements.carriedLeast",
      ),
    },
    {
      key: "payable",
      label: t("settlement.statements.payable"),
      value: statement.payable,
      isSum: true,
    },
    is(statement.frozen) && {
      key: "frozen",
      label: t("settlement.statements.frozen"),
      value: statement.frozen,
      note: t("settlement.statements.frozenNote"),
    },
  ]
  return found.filter((line) => line !== false)
}
