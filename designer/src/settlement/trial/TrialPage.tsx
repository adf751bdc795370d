import { Alert, Button, Empty, Flex, Segmented, Select, Tabs } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import type { Card, CardListed } from "@/api/types"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { Labelled } from "../Labelled"
import { SplitTrial } from "./SplitTrial"
import { Trial } from "./Trial"
import { WhatIf } from "./WhatIf"

/** 试算: what an order would earn and why, what a month would have come to, how a sum is shared. */
export function TrialPage() {
  const { t } = useTranslation()
  const [tab, setTab] = useFilter("tab")
  const list = useRead("list_rate_cards", { query: { limit: 200 } })
  return (
    <Page title={t("menu.trial")} about={t("rates.trial.about")}>
      <Tabs
        activeKey={tab || "order"}
        onChange={(next) => setTab(next === "order" ? undefined : next)}
        items={[
          {
            key: "order",
            label: t("rates.trial.tabs.order"),
            children: (
              <Loaded query={list}>{({ items }) => <WithCard cards={items} use="order" />}</Loaded>
            ),
          },
          {
            key: "month",
            label: t("rates.trial.tabs.month"),
            children: (
              <Loaded query={list}>{({ items }) => <WithCard cards={items} use="month" />}</Loaded>
            ),
          },
          { key: "split", label: t("rates.trial.tabs.split"), children: <SplitTrial /> },
        ]}
      />
    </Page>
  )
}

/** Chooses a card, and whether its draft or what is published counts. */
function WithCard({ cards, use }: { cards: CardListed[]; use: "order" | "month" }) {
  const { t } = useTranslation()
  const [key, setKey] = useFilter("card")
  const [by, setBy] = useFilter("by")
  const chosen = cards.find((one) => one.key === key) ?? cards[0]
  const query = useRead(
    "read_rate_card",
    { path: { key: chosen?.key ?? "" } },
    { enabled: chosen !== undefined },
  )
  if (!chosen)
    return (
      <Empty className="empty-list" description={t("rates.trial.noCards")}>
        <Link to="/settlement/cards">
          <Button type="primary">{t("rates.trial.toCards")}</Button>
        </Link>
      </Empty>
    )
  const isPublished = chosen.live_version !== null && by !== "draft"
  return (
    <Flex vertical gap={16}>
      <Flex gap={12} wrap align="center">
        <Labelled label={t("menu.cards")} isInline>
          {(id) => (
            <Select
              id={id}
              style={{ minWidth: 240 }}
              value={chosen.key}
              showSearch={{ optionFilterProp: "label" }}
              options={cards.map((one) => ({ value: one.key, label: one.name }))}
              onChange={setKey}
            />
          )}
        </Labelled>
        {use === "order" && chosen.live_version !== null && (
          <Segmented
            aria-label={t("rates.trial.by")}
            value={isPublished ? "published" : "draft"}
            options={[
              { value: "published", label: t("rates.trial.byPublished") },
              { value: "draft", label: t("rates.trial.byDraft") },
            ]}
            onChange={(next) => setBy(next === "draft" ? "draft" : undefined)}
          />
        )}
        <Link to={`/settlement/cards/${chosen.key}`}>{t("rates.trial.openCard")}</Link>
      </Flex>
      {use === "order" && chosen.live_version === null && (
        <Alert type="info" showIcon title={t("rates.trial.onlyDraft")} />
      )}
      <Loaded query={query}>
        {(card) => {
          const document = card.draft as unknown as Card
          return use === "order" ? (
            <Trial
              key={card.key}
              document={document}
              published={isPublished ? card.key : undefined}
            />
          ) : (
            <WhatIf key={card.key} document={document} />
          )
        }}
      </Loaded>
    </Flex>
  )
}
