import { CopyOutlined, PlusOutlined } from "@ant-design/icons"
import { useQuery } from "@tanstack/react-query"
import { Button, Flex, Spin, Tag, Tooltip, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { call } from "@/api/client"
import { usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { CardListed } from "@/api/types"
import { When } from "@/text/When"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"
import { CopyCard, NewCard } from "./NewCard"
import { wordOf } from "./words"
import "../settlement.css"

/** Every rate card: what counts today, what waits to be published, what is wrong. */
export function CardsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const may = useMay()
  const personOf = usePeopleNames()
  const [isNew, setNew] = useState(false)
  const [copied, setCopied] = useState<CardListed>()
  const list = useList("list_rate_cards", { query: { limit: 100 } })
  const add = may("settlement.edit") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
      {t("rates.cards.new")}
    </Button>
  )
  return (
    <Page title={t("menu.cards")} about={t("rates.cards.about")} actions={add}>
      <Rows
        query={list}
        rowKey="key"
        open={(row) => void navigate(`/settlement/cards/${row.key}`)}
        empty={
          <Flex vertical gap={12} align="center">
            <Typography.Text type="secondary">{t("rates.cards.none")}</Typography.Text>
            {add}
          </Flex>
        }
        columns={[
          {
            title: t("word.name"),
            render: (_, row) => (
              <Flex vertical>
                <Link to={`/settlement/cards/${row.key}`}>{row.name}</Link>
                <Typography.Text type="secondary">
                  {row.key} · {row.currency}
                </Typography.Text>
              </Flex>
            ),
          },
          {
            title: t("rates.cards.owed"),
            render: (_, row) => (
              <Flex vertical gap={4}>
                <span>{row.terms.join(t("rates.comma"))}</span>
                <Flex gap={4} wrap>
                  {row.roles.map((role) => (
                    <Tag key={role} variant="filled">
                      {wordOf(t, "role", role)}
                    </Tag>
                  ))}
                </Flex>
              </Flex>
            ),
          },
          { title: t("word.status"), render: (_, row) => <Stand card={row} /> },
          { title: t("rates.cards.problems"), render: (_, row) => <Found card={row} /> },
          {
            title: t("rates.cards.saved"),
            render: (_, row) => (
              <Flex vertical>
                <When at={row.updated_at} />
                <Typography.Text type="secondary">{personOf(row.saved_by)}</Typography.Text>
              </Flex>
            ),
          },
          {
            render: (_, row) =>
              may("settlement.edit") && (
                <Tooltip title={t("rates.cards.copy")}>
                  <Button
                    type="text"
                    icon={<CopyOutlined />}
                    aria-label={t("rates.cards.copyOf", { name: row.name })}
                    onClick={() => setCopied(row)}
                  />
                </Tooltip>
              ),
          },
        ]}
      />
      {isNew && <NewCard close={() => setNew(false)} />}
      {copied && <CopyCard card={copied} close={() => setCopied(undefined)} />}
    </Page>
  )
}

/** Which version counts for orders of today, and whether something waits to be published. */
function Stand({ card }: { card: CardListed }) {
  const { t } = useTranslation()
  return (
    <Flex gap={4} wrap>
      {card.in_force !== null ? (
        <StatusTag tone="good">{t("rates.cards.inForce", { number: card.in_force })}</StatusTag>
      ) : (
        <StatusTag tone="none">
          {t(card.live_version === null ? "rates.cards.never" : "rates.cards.notYet")}
        </StatusTag>
      )}
      {card.live_version !== null && card.live_version !== card.in_force && (
        <StatusTag tone="waiting">
          {t("rates.cards.later", { number: card.live_version })}
        </StatusTag>
      )}
      {card.live_version !== null && card.has_changes && (
        <StatusTag tone="unsure">{t("rates.cards.changed")}</StatusTag>
      )}
    </Flex>
  )
}

function Found({ card }: { card: CardListed }) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ["check_rate_card_draft", card.key, card.revision],
    queryFn: () => call("check_rate_card_draft", { path: { key: card.key } }),
    staleTime: 60_000,
  })
  if (query.isPending) return <Spin size="small" aria-label={t("rates.card.checking")} />
  const problems = query.data?.problems ?? []
  const errors = problems.filter((one) => one.level === "error").length
  if (errors > 0)
    return <StatusTag tone="bad">{t("rates.card.errors", { count: errors })}</StatusTag>
  if (problems.length > 0)
    return (
      <Typography.Text type="secondary">
        {t("rates.card.advice", { count: problems.length })}
      </Typography.Text>
    )
  return <Typography.Text type="secondary">{t("word.none")}</Typography.Text>
}
