import { PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Select, type TableProps, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { StatementShown } from "@/api/types"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { StatementTag } from "../entries/MoneyTag"
import { PeriodSelect } from "../entries/pickers"
import { Money } from "../Money"
import { PartySelect } from "../PartySelect"
import { MyStatements } from "../phone/MyStatements"
import { NewStatement } from "./NewStatement"
import { ReleaseBar } from "./ReleaseBar"

const STATES = ["draft", "released", "confirmed", "disputed", "paid"] as const

/** Whoever settles sees all statements; a partner sees their own, made for a phone. */
export function StatementsPage() {
  const may = useMay()
  return may("settlement.read") ? <AllStatements /> : <MyStatements />
}

function AllStatements() {
  const { t } = useTranslation()
  const may = useMay()
  const navigate = useNavigate()
  const nameOf = usePeopleNames()
  const [party, setParty] = useFilter("party")
  const [period, setPeriod] = useFilter("period")
  const [state, setState] = useFilter("state")
  const [chosen, setChosen] = useState<StatementShown[]>([])
  const [isNew, setNew] = useState(false)
  const wanted = STATES.find((one) => one === state)
  const list = useList("list_statements", {
    query: {
      limit: 50,
      ...(party && { party }),
      ...(period && { period }),
      ...(wanted && { state: wanted }),
    },
  })
  const selection: TableProps<StatementShown>["rowSelection"] = {
    selectedRowKeys: chosen.map((row) => row.id),
    onChange: (_, rows) => setChosen(rows),
    getCheckboxProps: (row) => ({
      disabled: row.state !== "draft",
      "aria-label": t("settlement.statements.choose", {
        party: row.party_name,
        period: row.period,
      }),
    }),
  }
  return (
    <Page
      title={t("menu.statements")}
      about={t("settlement.statements.about")}
      actions={
        may("settlement.edit") && (
          <Button icon={<PlusOutlined />} onClick={() => setNew(true)}>
            {t("settlement.statements.new")}
          </Button>
        )
      }
    >
      <Flex gap={12} wrap className="filters">
        <PartySelect
          isWide={false}
          value={party}
          onChange={setParty}
          label={t("settlement.party")}
        />
        <PeriodSelect value={period} onChange={setPeriod} label={t("settlement.period")} />
        <Select
          allowClear
          aria-label={t("word.status")}
          placeholder={t("word.status")}
          value={wanted}
          options={STATES.map((one) => ({
            value: one,
            label: t(`settlement.statementState.${one}`),
          }))}
          onChange={setState}
        />
      </Flex>
      <Flex vertical gap={12}>
        {chosen.length > 0 && <ReleaseBar chosen={chosen} clear={() => setChosen([])} />}
        <Rows
          query={list}
          rowKey="id"
          open={(row) => void navigate(`/settlement/statements/${row.id}`)}
          empty={
            <Typography.Text type="secondary">
              {t(
                party || period || state
                  ? "settlement.statements.noneHere"
                  : "settlement.statements.none",
              )}
            </Typography.Text>
          }
          {...(may("settlement.publish") ? { selection } : {})}
          columns={[
            {
              title: t("settlement.party"),
              render: (_, row) => (
                <Flex vertical>
                  <Link to={`/settlement/statements/${row.id}`}>{row.party_name}</Link>
                  <Typography.Text type="secondary">
                    {row.number ?? t("settlement.statements.noNumber")}
                  </Typography.Text>
                </Flex>
              ),
            },
            { title: t("settlement.period"), render: (_, row) => row.period },
            {
              title: t("word.status"),
              render: (_, row) => (
                <Flex vertical gap={2} align="flex-start">
                  <StatementTag state={row.state} />
                  {row.state === "disputed" && row.answer && (
                    <Typography.Text type="secondary" ellipsis={{ tooltip: row.answer }}>
                      {row.answer}
                    </Typography.Text>
                  )}
                </Flex>
              ),
            },
            {
              title: t("settlement.statements.net"),
              className: "number",
              render: (_, row) => <Money value={row.net} currency={row.currency} isToned />,
            },
            {
              title: t("settlement.statements.payable"),
              className: "number",
              render: (_, row) => <Money value={row.payable} currency={row.currency} isStrong />,
            },
            {
              title: t("settlement.statements.carried"),
              className: "number",
              render: (_, row) => <Money value={row.carried} currency={row.currency} isToned />,
            },
            {
              title: t("settlement.statements.made"),
              render: (_, row) => (
                <span>
                  {nameOf(row.maker)} · <When at={row.made_at} />
                </span>
              ),
            },
          ]}
        />
      </Flex>
      {isNew && <NewStatement close={() => setNew(false)} />}
    </Page>
  )
}
