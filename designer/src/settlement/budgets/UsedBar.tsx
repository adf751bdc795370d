import { Flex, Progress, Typography, theme } from "antd"
import { useTranslation } from "react-i18next"
import type { BudgetShown } from "@/api/types"
import { count } from "@/text/format"
import { Money } from "../Money"
import { documentOf, fillOf, isMoney, usedOf } from "./budget"

/** A bar that changes colour near the limit, with the figures beside it. */
export function UsedBar({ budget }: { budget: BudgetShown }) {
  const { t } = useTranslation()
  const { token } = theme.useToken()
  const document = documentOf(budget)
  const { percent, nearness } = fillOf(budget)
  const colours = { far: token.colorPrimary, near: token.colorWarning, over: token.colorError }
  const currency = document.currency ?? "CNY"
  const shown = (value: string) =>
    isMoney(document) ? <Money value={value} currency={currency} /> : count(Number(value))
  return (
    <Flex vertical>
      <Progress
        percent={Math.min(100, percent)}
        strokeColor={colours[nearness]}
        format={() => `${percent}%`}
        aria-label={t("settlement.budgets.usedOf", { name: document.name })}
      />
      <span>
        {shown(usedOf(budget))} / {shown(document.limit)}
        {nearness !== "far" && (
          <Typography.Text type={nearness === "over" ? "danger" : "warning"}>
            {" "}
            {t(`settlement.budgets.nearness.${nearness}`)}
          </Typography.Text>
        )}
      </span>
    </Flex>
  )
}
