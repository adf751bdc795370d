import { useTranslation } from "react-i18next"
import type { StatementShown } from "@/api/types"
import { StatusTag } from "@/ui/StatusTag"
import { isMoneyState, MONEY_TONES, STATEMENT_TONES } from "./states"

/** A state of money by its word and its own form. */
export function MoneyTag({ state }: { state: string }) {
  const { t } = useTranslation()
  if (!isMoneyState(state)) return <>{state}</>
  return <StatusTag tone={MONEY_TONES[state]}>{t(`settlement.moneyState.${state}`)}</StatusTag>
}

interface Props {
  state: StatementShown["state"]
  /** As the partner reads it: what waits, waits for them. */
  isOwn?: boolean
}

export function StatementTag({ state, isOwn = false }: Props) {
  const { t } = useTranslation()
  return (
    <StatusTag tone={STATEMENT_TONES[state]}>
      {isOwn && state === "released"
        ? t("settlement.own.waitsForYou")
        : t(`settlement.statementState.${state}`)}
    </StatusTag>
  )
}
