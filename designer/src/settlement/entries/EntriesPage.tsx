import { Flex, Segmented, Select, type TableProps, Tag, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useList, useRead } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { EntryShown } from "@/api/types"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { inWords } from "../inWords"
import { Money } from "../Money"
import { PartySelect } from "../PartySelect"
import { useOrderName } from "../reconcile/platforms"
import { Why } from "../Why"
import { Accounts } from "./Accounts"
import { MoneyTag } from "./MoneyTag"
import { MoveBar } from "./MoveBar"
import { OrderFilter } from "./OrderFilter"
import { PeriodSelect } from "./pickers"
import { isMoneyState, MONEY_STATES } from "./states"

/** The ledger: every amount with its state and how it came about; accounts with their totals. */
export function EntriesPage() {
  const { t } = useTranslation()
  const [view, setView] = useFilter("view")
  const [party, setParty] = useFilter("party")
  const isAccounts = view === "accounts"
  return (
    <Page title={t("menu.entries")} about={t("settlement.entries.about")}>
      <Flex vertical gap={12} className="filters">
        <Segmented
          aria-label={t("settlement.entries.view")}
          value={isAccounts ? "accounts" : "entries"}
          options={[
            { value: "entries", label: t("settlement.entries.list") },
            { value: "accounts", label: t("settlement.entries.accounts") },
          ]}
          onChange={(next) => setView(next === "accounts" ? "accounts" : undefined)}
          style={{ alignSelf: "flex-start" }}
        />
        <Flex gap={12} wrap>
          <PartySelect
            isWide={false}
            value={party}
            onChange={setParty}
            label={t("settlement.party")}
          />
          {!isAccounts && <MoreFilters />}
        </Flex>
      </Flex>
      {isAccounts ? <Accounts party={party} /> : <Entries />}
    </Page>
  )
}

function MoreFilters() {
  const { t } = useTranslation()
  const [card, setCard] = useFilter("card")
  const [period, setPeriod] = useFilter("period")
  const [earned, setEarned] = useFilter("earned")
  const [state, setState] = useFilter("state")
  const [account, setAccount] = useFilter("account")
  const cards = useRead("list_rate_cards", { query: { limit: 200 } })
  return (
    <>
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t("settlement.card")}
        placeholder={t("settlement.card")}
        value={card || undefined}
        options={(cards.data?.items ?? []).map((one) => ({ value: one.key, label: one.name }))}
        onChange={setCard}
      />
      <PeriodSelect value={period} onChange={setPeriod} label={t("settlement.postedIn")} />
      <PeriodSelect value={earned} onChange={setEarned} label={t("settlement.earnedIn")} />
      <Select
        allowClear
        aria-label={t("settlement.state")}
        placeholder={t("settlement.state")}
        value={state || undefined}
        options={MONEY_STATES.map((one) => ({
          value: one,
          label: t(`settlement.moneyState.${one}`),
        }))}
        onChange={setState}
      />
      <OrderFilter />
      {account && (
        <Tag closable onClose={() => setAccount(undefined)} className="status-tag">
          {t("settlement.account")}: {account}
        </Tag>
      )}
    </>
  )
}

function Entries() {
  const { t } = useTranslation()
  const may = useMay()
  const [party] = useFilter("party")
  const [card] = useFilter("card")
  const [period] = useFilter("period")
  const [earned] = useFilter("earned")
  const [state] = useFilter("state")
  const [order, setOrder] = useFilter("order")
  const [account, setAccount] = useFilter("account")
  const orderOf = useOrderName()
  const [chosen, setChosen] = useState<EntryShown[]>([])
  const list = useList("list_settlement_entries", {
    query: {
      limit: 50,
      ...(party && { party }),
      ...(card && { card }),
      ...(period && { period }),
      ...(earned && { earned }),
      ...(isMoneyState(state) && { state }),
      ...(order && { order }),
      ...(account && { account }),
    },
  })
  const selection: TableProps<EntryShown>["rowSelection"] = {
    selectedRowKeys: chosen.map((entry) => entry.key),
    onChange: (_, rows) => setChosen(rows),
    getCheckboxProps: (entry) => ({
      "aria-label": t("settlement.entries.choose", {
        what: entry.order ? orderOf(entry.order) : entry.key,
      }),
    }),
  }
  const isFiltered = [party, card, period, earned, state, order, account].some(Boolean)
  return (
    <Flex vertical gap={12}>
      {chosen.length > 0 && <MoveBar chosen={chosen} clear={() => setChosen([])} />}
      <Rows
        query={list}
        rowKey="key"
        empty={
          <Typography.Text type="secondary">
            {t(isFiltered ? "settlement.entries.noneHere" : "settlement.entries.none")}
          </Typography.Text>
        }
        {...(may("settlement.publish") ? { selection } : {})}
        columns={[
          {
            title: t("settlement.order"),
            render: (_, entry) => (
              <Flex vertical align="flex-start">
                {entry.order ? (
                  <Typography.Link
                    onClick={() => setOrder(entry.order)}
                    copyable={{ text: entry.order }}
                  >
                    {orderOf(entry.order)}
                  </Typography.Link>
                ) : (
                  <span>{inWords(entry.kind_name)}</span>
                )}
                <Typography.Text type="secondary">
                  {entry.shop_name && `${entry.shop_name} · `}
                  <When at={entry.posted_at} />
                </Typography.Text>
              </Flex>
            ),
          },
          {
            title: t("settlement.direction"),
            render: (_, entry) => (
              <span>
                {inWords(entry.from_name)} → {inWords(entry.to_name)}
              </span>
            ),
          },
          {
            title: t("settlement.term"),
            render: (_, entry) => (
              <Flex vertical align="flex-start">
                <Typography.Link onClick={() => setAccount(entry.account)}>
                  {entry.term_name}
                </Typography.Link>
                <Typography.Text type="secondary">{inWords(entry.kind_name)}</Typography.Text>
              </Flex>
            ),
          },
          {
            title: t("settlement.amount"),
            className: "number",
            render: (_, entry) => (
              <Flex vertical align="flex-end">
                <Money value={entry.amount} currency={entry.currency} isToned />
                <Why
                  because={entry}
                  of={entry.order || entry.term_name}
                  name={t("settlement.why")}
                />
              </Flex>
            ),
          },
          { title: t("settlement.state"), render: (_, entry) => <MoneyTag state={entry.state} /> },
          {
            title: t("settlement.postedIn"),
            render: (_, entry) => (
              <Flex vertical align="flex-start">
                <span>{entry.posted_in}</span>
                {!entry.earned_in && (
                  <Typography.Text type="secondary">{t("settlement.notEarned")}</Typography.Text>
                )}
                {entry.earned_in && entry.posted_in !== entry.earned_in && (
                  <Tag color="warning" variant="filled" title={t("settlement.late")}>
                    {t("settlement.lateOf", { period: entry.earned_in })}
                  </Tag>
                )}
              </Flex>
            ),
          },
        ]}
      />
    </Flex>
  )
}
