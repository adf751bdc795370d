import { Alert, App, Button, Descriptions, Drawer, Flex, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { usePeopleNames } from "@/api/names"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { BudgetShown } from "@/api/types"
import { CopyText } from "@/ui/CopyText"
import { BudgetForm } from "./BudgetForm"
import { documentOf } from "./budget"
import { Covers } from "./Covers"
import { UsedBar } from "./UsedBar"
import { Waiting } from "./Waiting"

/** One budget: how full it is, what waits for it, and who may let it pass. */
export function BudgetDrawer({ budget, close }: { budget: string; close: () => void }) {
  const { t } = useTranslation()
  const query = useRead("read_budget", { path: { key: budget } }, { every: 10_000 })
  return (
    <Drawer
      open
      size={720}
      title={query.data ? documentOf(query.data).name : t("menu.budgets")}
      onClose={close}
      extra={query.data && <Acts budget={query.data} close={close} />}
    >
      <Loaded query={query}>{(found) => <Detail budget={found} />}</Loaded>
    </Drawer>
  )
}

function Detail({ budget }: { budget: BudgetShown }) {
  const { t } = useTranslation()
  const nameOf = usePeopleNames()
  const document = documentOf(budget)
  const action = document.action ?? "freeze"
  const releasers = document.releasers ?? []
  return (
    <Flex vertical gap={20}>
      <UsedBar budget={budget} />
      <Descriptions
        size="small"
        column={1}
        items={[
          {
            key: "action",
            label: t("settlement.budgets.action"),
            children: (
              <span>
                {t(`settlement.budgets.actions.${action}.name`)}
                {t("settlement.colon")}
                {t(`settlement.budgets.actions.${action}.about`)}
              </span>
            ),
          },
          {
            key: "warn",
            label: t("settlement.budgets.warnAt"),
            children: `${document.warn_at ?? "80"}%`,
          },
          {
            key: "covers",
            label: t("settlement.budgets.covers"),
            children: <Covers document={document} />,
          },
          {
            key: "releasers",
            label: t("settlement.budgets.releasers"),
            children:
              releasers.length > 0
                ? releasers.map(nameOf).join(t("settlement.comma"))
                : t("settlement.budgets.noReleasers"),
          },
          { key: "key", label: t("word.key"), children: <CopyText text={budget.key} /> },
        ]}
      />
      {action === "ask" && releasers.length === 0 && (
        <Alert type="warning" showIcon title={t("settlement.budgets.nobody")} />
      )}
      <section>
        <Typography.Title level={2}>
          {t("settlement.budgets.waitingTitle", { count: budget.waiting })}
        </Typography.Title>
        <Waiting budget={budget} />
      </section>
    </Flex>
  )
}

function Acts({ budget, close }: { budget: BudgetShown; close: () => void }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const [isEdited, setEdited] = useState(false)
  const remove = useAct("delete_budget", {
    said: t("settlement.budgets.deleted"),
    refresh: ["list_budgets"],
    done: close,
  })
  if (!may("settlement.edit")) return null
  const { name } = documentOf(budget)
  return (
    <Flex gap={8}>
      <Button
        danger
        disabled={budget.waiting > 0}
        title={budget.waiting > 0 ? t("settlement.budgets.cannotDelete") : ""}
        onClick={() =>
          void modal.confirm({
            title: t("settlement.budgets.deleteTitle", { name }),
            content: t("settlement.budgets.deleteAbout"),
            okText: t("settlement.budgets.deleteGo"),
            okButtonProps: { danger: true },
            cancelText: t("word.cancel"),
            onOk: () =>
              remove
                .mutateAsync({ path: { key: budget.key }, match: budget.revision })
                .catch(() => undefined),
          })
        }
      >
        {t("word.delete")}
      </Button>
      <Button type="primary" onClick={() => setEdited(true)}>
        {t("word.edit")}
      </Button>
      {isEdited && <BudgetForm budget={budget} close={() => setEdited(false)} />}
    </Flex>
  )
}
