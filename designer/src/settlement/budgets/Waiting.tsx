import { Button, Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useSession } from "@/api/session"
import type { BudgetShown, WaitingShown } from "@/api/types"
import { count, money } from "@/text/format"
import { When } from "@/text/When"
import { useAsk } from "@/ui/useAsk"
import { documentOf, isMoney } from "./budget"

/** What waits for room or for a person; only those the budget names may answer. */
export function Waiting({ budget }: { budget: BudgetShown }) {
  const { t } = useTranslation()
  const ask = useAsk()
  const nameOf = usePeopleNames()
  const me = useSession()?.user.id ?? ""
  const document = documentOf(budget)
  const isNamed = (document.releasers ?? []).includes(me)
  const list = useList("list_waiting", { path: { key: budget.key }, query: { limit: 50 } })
  const answer = useAct("answer_demand", {
    refresh: ["list_waiting", "read_budget", "list_budgets", "list_settlement_entries"],
  })
  const shown = (row: WaitingShown) =>
    isMoney(document)
      ? money(row.amount, document.currency ?? "CNY")
      : t("settlement.budgets.pieces", { count: Number(row.amount) })
  const send = (row: WaitingShown, release: boolean) => {
    const what = release ? "release" : "reject"
    ask({
      title: t(`settlement.budgets.${what}Title`, { sum: shown(row) }),
      about: t(`settlement.budgets.${what}About`),
      go: t(`settlement.budgets.${what}Go`, { sum: shown(row) }),
      isDanger: !release,
      isNeeded: !release,
      done: (note) =>
        answer.mutateAsync({
          path: { key: budget.key, demand: row.key },
          body: { release, note },
        }),
    })
  }
  return (
    <Flex vertical gap={8}>
      {budget.waiting > 0 && !isNamed && (
        <Typography.Text type="secondary">
          {t("settlement.budgets.notNamed", {
            names: (document.releasers ?? []).map(nameOf).join(t("settlement.comma")) || "—",
          })}
        </Typography.Text>
      )}
      <Rows
        query={list}
        rowKey="key"
        empty={
          <Typography.Text type="secondary">{t("settlement.budgets.noWaiting")}</Typography.Text>
        }
        columns={[
          { title: t("settlement.party"), render: (_, row) => row.party_name ?? "—" },
          {
            title: t("settlement.amount"),
            className: "number",
            render: (_, row) => (isMoney(document) ? shown(row) : count(Number(row.amount))),
          },
          { title: t("settlement.budgets.since"), render: (_, row) => <When at={row.since} /> },
          ...(isNamed
            ? [
                {
                  title: t("word.actions"),
                  render: (_: unknown, row: WaitingShown) => (
                    <Flex gap={8}>
                      <Button onClick={() => send(row, true)}>
                        {t("settlement.budgets.release")}
                      </Button>
                      <Button danger onClick={() => send(row, false)}>
                        {t("settlement.budgets.reject")}
                      </Button>
                    </Flex>
                  ),
                },
              ]
            : []),
        ]}
      />
    </Flex>
  )
}
