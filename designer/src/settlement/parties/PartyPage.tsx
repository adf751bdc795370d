import { EditOutlined } from "@ant-design/icons"
import { Button, Card, Descriptions, Flex, Tabs } from "antd"
import type { TFunction } from "i18next"
import { type ReactNode, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useParams } from "react-router"
import { Loaded } from "@/api/Loaded"
import { useList, useRead } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { PartyShown } from "@/api/types"
import { useFilter } from "@/ui/address"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { wordOf } from "../cards/words"
import { Money } from "../Money"
import { usePartyNames } from "../names"
import { Accounts } from "./Accounts"
import { type Agreed, agreedIn, withAgreed } from "./agreed"
import { Bank } from "./Bank"
import { Coefficients } from "./Coefficients"
import { BankTag } from "./PartiesPage"
import { PartyForm } from "./PartyForm"
import { PartyUser } from "./PartyUser"
import "../settlement.css"

export function PartyPage() {
  const { id = "" } = useParams()
  const query = useRead("read_party", { path: { party_id: id } })
  return <Loaded query={query}>{(party) => <One key={party.id} party={party} />}</Loaded>
}

function One({ party }: { party: PartyShown }) {
  const { t } = useTranslation()
  const may = useMay()
  const [tab, setTab] = useFilter("tab")
  const [isEditing, setEditing] = useState(false)
  return (
    <Page
      title={
        <Flex gap={12} align="center" wrap>
          {party.name}
          <BankTag party={party} />
        </Flex>
      }
      about={
        <Flex gap={12} align="center" wrap>
          <Link to="/settlement/parties">{t("menu.parties")}</Link>
          <CopyText text={party.id} />
        </Flex>
      }
      actions={
        may("settlement.edit") && (
          <Button type="primary" icon={<EditOutlined />} onClick={() => setEditing(true)}>
            {t("word.edit")}
          </Button>
        )
      }
    >
      <Facts party={party} />
      <Tabs
        activeKey={tab || "accounts"}
        onChange={(next) => setTab(next === "accounts" ? undefined : next)}
        items={[
          {
            key: "accounts",
            label: t("rates.party.tabs.accounts"),
            children: <Accounts party={party} />,
          },
          { key: "bank", label: t("rates.party.tabs.bank"), children: <Bank party={party} /> },
          { key: "user", label: t("rates.party.tabs.user"), children: <PartyUser party={party} /> },
          {
            key: "factors",
            label: t("rates.party.tabs.factors"),
            children: <Coefficients party={party} />,
          },
          {
            key: "totals",
            label: t("rates.party.tabs.totals"),
            children: <Totals party={party} />,
          },
        ]}
      />
      {isEditing && <PartyForm party={party} close={() => setEditing(false)} />}
    </Page>
  )
}

function Facts({ party }: { party: PartyShown }) {
  const { t } = useTranslation()
  const may = useMay()
  const nameOf = usePartyNames()
  const units = useRead("list_org_units", { query: { limit: 200 } }, { enabled: may("org.read") })
  const unit = units.data?.items.find((one) => one.id === party.org_unit_id)?.name
  const items: [string, ReactNode][] = [
    [t("rates.party.kind"), wordOf(t, "partyKind", party.kind)],
    [t("rates.party.level"), party.level],
    [
      t("rates.party.parent"),
      party.parent_id && (
        <Link to={`/settlement/parties/${party.parent_id}`}>{nameOf(party.parent_id)}</Link>
      ),
    ],
    [t("rates.party.unit"), unit ?? party.org_unit_id],
    [t("rates.party.entity"), party.contract_entity],
    [
      t("rates.party.contractDays"),
      (party.contract_from_on || party.contract_until_on) &&
        `${party.contract_from_on ?? ""} – ${party.contract_until_on ?? ""}`,
    ],
    [
      wordOf(t, "field", "period"),
      party.settlement_period && wordOf(t, "period", party.settlement_period),
    ],
    [
      t("rates.party.credit"),
      party.credit_days !== null && t("rates.party.days", { count: party.credit_days }),
    ],
    [t("rates.party.tax"), party.tax_status],
    [t("rates.party.retention"), held(agreedIn(party.fields), t)],
    [t("rates.party.least"), agreedIn(party.fields).least],
    ...Object.entries(withAgreed(party.fields, {})).map(([name, value]): [string, ReactNode] => [
      name,
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ]),
  ]
  return (
    <Card className="facts">
      <Descriptions
        column={{ xs: 1, sm: 2, lg: 3 }}
        items={items.map(([label, children]) => ({ key: label, label, children: children || "—" }))}
      />
    </Card>
  )
}

function held({ percent, days, most }: Agreed, t: TFunction): string | undefined {
  if (!percent) return undefined
  const said = `${percent}% · ${t("rates.party.days", { count: days ?? 0 })}`
  return most ? `${said} · ≤ ${most}` : said
}

/** What its accounts have counted: the totals that pick tiers. */
function Totals({ party }: { party: PartyShown }) {
  const { t } = useTranslation()
  const list = useList("list_settlement_accounts", { query: { party: party.id, limit: 50 } })
  const cards = useRead("list_rate_cards", { query: { limit: 200 } })
  const cardName = (term: string) => {
    const key = term.split(".")[0]
    return cards.data?.items.find((card) => card.key === key)?.name ?? term
  }
  return (
    <Rows
      query={list}
      rowKey="key"
      empty={t("rates.party.noTotals")}
      columns={[
        {
          title: t("menu.cards"),
          render: (_, row) => (
            <Link to={`/settlement/cards/${row.term.split(".")[0]}`}>{cardName(row.term)}</Link>
          ),
        },
        { title: wordOf(t, "field", "window"), render: (_, row) => row.window || "—" },
        {
          title: t("rates.party.counted"),
          className: "number",
          render: (_, row) => <Money value={row.amount} currency={row.currency} />,
        },
        { title: t("rates.party.number"), className: "number", dataIndex: "count" },
        {
          title: t("rates.party.posted"),
          className: "number",
          render: (_, row) => <Money value={row.posted} currency={row.currency} isStrong isToned />,
        },
        {
          title: t("word.status"),
          render: (_, row) =>
            row.closed_in
              ? t("rates.party.closedIn", { period: row.closed_in })
              : t("rates.party.open"),
        },
      ]}
    />
  )
}
