import { useTranslation } from "react-i18next"
import type { Rule } from "@/api/types"
import { chainsOf, saySteps, stepsOf } from "./layers"

interface Props {
  rule: Rule
  rules: readonly Rule[]
  most?: number
}

/** What a rule that adds or multiplies makes of each rule below it, written out. */
export function Sums({ rule, rules, most = 3 }: Props) {
  const { t } = useTranslation()
  if ((rule.op ?? "replace") === "replace") return null
  const chains = chainsOf(rules, rule)
  if (chains.length === 0) return <p className="rule-sum">{t("rates.rule.nothingBelow")}</p>
  return (
    <ul className="rule-sum" aria-label={t("rates.rule.sums")}>
      {chains.slice(0, most).map((chain) => {
        const found = stepsOf(chain)
        const below = chain.slice(0, -1)
        return (
          <li key={below.map((one) => one.id).join(" ")}>
            {below.map((one) => one.name).join(" → ")}
            {t("rates.colon")}
            {found
              ? saySteps(found.steps, found.isPercent, t("rateWords.points"))
              : t("rates.rule.besideTiers")}
          </li>
        )
      })}
      {chains.length > most && <li>{t("rates.rule.moreSums", { count: chains.length - most })}</li>}
    </ul>
  )
}
