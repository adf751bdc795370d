import { Progress, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { BudgetNow } from "@/api/types"
import { count, money } from "@/text/format"
import { StatusTag } from "@/ui/StatusTag"
import { HomeCard } from "./HomeCard"

const SHOWN = 6

/** Budgets, the fullest first. */
export function Budgets({ budgets }: { budgets: BudgetNow[] }) {
  const { t } = useTranslation()
  return (
    <HomeCard
      title={t("home.budgets")}
      to="/settlement/budgets"
      isEmpty={budgets.length === 0}
      empty={t("home.noBudgets")}
    >
      {budgets.slice(0, SHOWN).map((each) => (
        <li key={each.key}>
          <span className="home-line">
            <span>{each.name}</span>
            <Progress
              percent={Math.min(100, each.percent)}
              size="small"
              showInfo={false}
              aria-label={each.name}
              strokeColor={each.is_near ? "var(--ant-color-warning)" : "var(--ant-color-primary)"}
            />
            <Typography.Text type="secondary">
              {amount(each.used, each)} / {amount(each.limit, each)}
              {each.waiting > 0 && ` · ${t("home.budgetWaiting", { count: each.waiting })}`}
            </Typography.Text>
          </span>
          {each.is_near ? (
            <StatusTag tone={each.percent >= 100 ? "bad" : "unsure"}>{each.percent}%</StatusTag>
          ) : (
            <Typography.Text type="secondary">{each.percent}%</Typography.Text>
          )}
        </li>
      ))}
    </HomeCard>
  )
}

function amount(value: string, { unit, currency }: BudgetNow): string {
  return unit === "money" ? money(value, currency) : count(Number(value))
}
