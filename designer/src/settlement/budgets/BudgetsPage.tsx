import { PlusOutlined } from "@ant-design/icons"
import { Badge, Button, Flex, Progress, Tag, Typography, theme } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { BudgetShown } from "@/api/types"
import { count } from "@/text/format"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { Money } from "../Money"
import { BudgetDrawer } from "./BudgetDrawer"
import { BudgetForm } from "./BudgetForm"
import { documentOf, fillOf, isMoney, usedOf } from "./budget"
import { Covers } from "./Covers"

/** How much may be spent, how much is; what waits opens with the budget. */
export function BudgetsPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [open, setOpen] = useFilter("open")
  const [isNew, setNew] = useState(false)
  const list = useList("list_budgets", { query: { limit: 50 } }, { every: 15_000 })
  return (
    <Page
      title={t("menu.budgets")}
      about={t("settlement.budgets.about")}
      actions={
        may("settlement.edit") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
            {t("settlement.budgets.new")}
          </Button>
        )
      }
    >
      <Rows
        query={list}
        rowKey="key"
        open={(row) => setOpen(row.key)}
        empty={<Typography.Text type="secondary">{t("settlement.budgets.none")}</Typography.Text>}
        columns={[
          {
            title: t("word.name"),
            render: (_, row) => (
              <Flex vertical align="flex-start">
                <Button type="link" className="inline-link" onClick={() => setOpen(row.key)}>
                  {documentOf(row).name}
                </Button>
                <Typography.Text type="secondary">{row.key}</Typography.Text>
              </Flex>
            ),
          },
          {
            title: t("settlement.budgets.covers"),
            render: (_, row) => <Covers document={documentOf(row)} />,
          },
          {
            title: t("settlement.budgets.action"),
            render: (_, row) => (
              <Tag variant="filled">
                {t(`settlement.budgets.actions.${documentOf(row).action ?? "freeze"}.name`)}
              </Tag>
            ),
          },
          {
            title: t("settlement.budgets.used"),
            width: 280,
            render: (_, row) => <UsedBar budget={row} />,
          },
          {
            title: t("settlement.budgets.waiting"),
            className: "number",
            render: (_, row) =>
              row.waiting > 0 ? (
                <Button type="link" onClick={() => setOpen(row.key)}>
                  <Badge count={row.waiting} overflowCount={999} />{" "}
                  {t("settlement.budgets.seeWaiting")}
                </Button>
              ) : (
                "—"
              ),
          },
        ]}
      />
      {open && <BudgetDrawer key={open} budget={open} close={() => setOpen(undefined)} />}
      {isNew && <BudgetForm close={() => setNew(false)} />}
    </Page>
  )
}

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
