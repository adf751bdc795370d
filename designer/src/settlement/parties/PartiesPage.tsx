import { PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Select, Tag, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { PartyBody, PartyShown } from "@/api/types"
import { rateWords } from "@/text/zh-CN/rateWords"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { SearchField } from "@/ui/SearchField"
import { StatusTag } from "@/ui/StatusTag"
import { wordOf } from "../cards/words"
import { usePartyNames } from "../names"
import { PartyForm } from "./PartyForm"
import "../settlement.css"

const KINDS = Object.keys(rateWords.partyKind) as PartyBody["kind"][]

/** 合作方: everybody who is owed money, or owes it. */
export function PartiesPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const may = useMay()
  const nameOf = usePartyNames()
  const [q] = useFilter("q")
  const [kind, setKind] = useFilter("kind")
  const [isNew, setNew] = useState(false)
  const chosen = KINDS.find((one) => one === kind)
  const list = useList("list_parties", {
    query: { limit: 50, ...(q && { q }), ...(chosen && { kind: chosen }) },
  })
  const add = may("settlement.edit") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
      {t("rates.party.new")}
    </Button>
  )
  return (
    <Page title={t("menu.parties")} about={t("rates.party.about")} actions={add}>
      <Flex className="filters" gap={8} wrap>
        <SearchField name="q" label={t("rates.party.search")} />
        <Select
          allowClear
          aria-label={t("rates.party.kind")}
          placeholder={t("rates.party.allKinds")}
          value={chosen ?? null}
          options={KINDS.map((value) => ({ value, label: wordOf(t, "partyKind", value) }))}
          onChange={(next?: string) => setKind(next)}
        />
      </Flex>
      <Rows
        query={list}
        rowKey="id"
        open={(row) => void navigate(`/settlement/parties/${row.id}`)}
        empty={
          <Flex vertical gap={12} align="center">
            <Typography.Text type="secondary">
              {t(q || chosen ? "rates.party.noneFound" : "rates.party.none")}
            </Typography.Text>
            {!q && !chosen && add}
          </Flex>
        }
        columns={[
          {
            title: t("word.name"),
            render: (_, row) => <Link to={`/settlement/parties/${row.id}`}>{row.name}</Link>,
          },
          {
            title: t("rates.party.kind"),
            render: (_, row) => <Tag variant="filled">{wordOf(t, "partyKind", row.kind)}</Tag>,
          },
          { title: t("rates.party.level"), render: (_, row) => row.level ?? "—" },
          {
            title: t("rates.party.parent"),
            render: (_, row) =>
              row.parent_id ? (
                <Link to={`/settlement/parties/${row.parent_id}`}>{nameOf(row.parent_id)}</Link>
              ) : (
                "—"
              ),
          },
          {
            title: wordOf(t, "field", "period"),
            render: (_, row) =>
              row.settlement_period ? wordOf(t, "period", row.settlement_period) : "—",
          },
          { title: t("rates.party.contract"), render: (_, row) => <Contract party={row} /> },
          { title: t("rates.party.bank"), render: (_, row) => <BankTag party={row} /> },
        ]}
      />
      {isNew && <PartyForm close={() => setNew(false)} />}
    </Page>
  )
}

function Contract({ party }: { party: PartyShown }) {
  const { t } = useTranslation()
  const until = party.contract_until_on
  if (!until && !party.contract_from_on) return <>—</>
  const isOver = until !== null && until < new Date().toISOString().slice(0, 10)
  return (
    <Flex vertical>
      {`${party.contract_from_on ?? ""} – ${until ?? ""}`}
      {isOver && <StatusTag tone="unsure">{t("rates.party.contractOver")}</StatusTag>}
    </Flex>
  )
}

export function BankTag({ party }: { party: PartyShown }) {
  const { t } = useTranslation()
  if (party.waits_for_bank)
    return <StatusTag tone="waiting">{t("rates.party.bankWaits")}</StatusTag>
  return party.has_bank ? (
    <StatusTag tone="good">{t("rates.party.bankKnown")}</StatusTag>
  ) : (
    <StatusTag tone="none">{t("rates.party.bankMissing")}</StatusTag>
  )
}
