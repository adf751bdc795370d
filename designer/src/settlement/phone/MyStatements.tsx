import { RightOutlined } from "@ant-design/icons"
import { Button, Empty, Flex, Skeleton, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { Fault } from "@/api/Fault"
import { rowsOf, useList } from "@/api/queries"
import type { StatementShown } from "@/api/types"
import { StatementTag } from "../entries/MoneyTag"
import { Money } from "../Money"
import "./phone.css"

/** A partner's statements on a phone: what waits for an answer first, then the others by month. */
export function MyStatements() {
  const { t } = useTranslation()
  const list = useList("list_statements", { query: { limit: 50 } }, { every: 60_000 })
  const rows = rowsOf<"list_statements">(list.data)
  const waiting = rows.filter((row) => row.state === "released")
  const others = rows.filter((row) => row.state !== "released")
  const hasMany = new Set(rows.map((row) => row.party)).size > 1
  return (
    <div className="phone">
      <Typography.Title level={1}>{t("settlement.own.title")}</Typography.Title>
      {list.isError && <Fault fault={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Skeleton active aria-busy="true" />}
      {list.isSuccess && rows.length === 0 && (
        <Empty description={t("settlement.own.none")} className="empty-list" />
      )}
      {waiting.length > 0 && (
        <section>
          <Typography.Title level={2}>
            {t("settlement.own.waiting", { count: waiting.length })}
          </Typography.Title>
          <Cards rows={waiting} withParty={hasMany} />
        </section>
      )}
      {others.length > 0 && (
        <section>
          <Typography.Title level={2}>{t("settlement.own.before")}</Typography.Title>
          <Cards rows={others} withParty={hasMany} />
        </section>
      )}
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("list.more")}
        </Button>
      )}
    </div>
  )
}

function Cards({ rows, withParty }: { rows: StatementShown[]; withParty: boolean }) {
  return (
    <ul className="phone-cards">
      {rows.map((row) => (
        <li key={row.id}>
          <Link to={`/settlement/statements/${row.id}`} className="phone-card">
            <Flex vertical gap={4} flex={1}>
              <span className="phone-card-head">
                {row.period}
                {withParty && ` · ${row.party_name}`}
              </span>
              <span className="phone-sum">
                <Money value={row.payable} currency={row.currency} isStrong />
              </span>
              <StatementTag state={row.state} isOwn />
            </Flex>
            <RightOutlined aria-hidden />
          </Link>
        </li>
      ))}
    </ul>
  )
}
