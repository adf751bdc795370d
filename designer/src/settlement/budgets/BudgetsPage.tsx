import { PlusOutlined } from "@ant-design/icons"
import { Badge, Button, Flex, Tag, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { BudgetDrawer } from "./BudgetDrawer"
import { BudgetForm } from "./BudgetForm"
import { documentOf } from "./budget"
import { Covers } from "./Covers"
import { UsedBar } from "./UsedBar"

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
