import { Card, Flex, Tag, Typography } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { rowsOf, useList } from "@/api/queries"
import { useMay, useSession } from "@/api/session"
import { money } from "@/text/format"
import { When } from "@/text/When"

/** Money that waits for me: disputes, adjustments of others, demands on budgets I may answer. */
export function MoneyTasks() {
  const may = useMay()
  if (!may("settlement.read")) return null
  return (
    <>
      {may("settlement.edit") && <Disputes />}
      {may("settlement.publish") && <Adjustments />}
      <Demands />
    </>
  )
}

const EVERY = { every: 30_000 }

function Disputes() {
  const { t } = useTranslation()
  const list = useList("list_statements", { query: { state: "disputed", limit: 50 } }, EVERY)
  return (
    <Group title={t("tasks.money.disputes")} more="/settlement/statements?state=disputed">
      {rowsOf<"list_statements">(list.data).map((row) => (
        <Item
          key={row.id}
          to={`/settlement/statements/${row.id}`}
          what={t("tasks.money.dispute", { party: row.party_name, period: row.period })}
          about={row.answer ?? ""}
          sum={money(row.payable, row.currency)}
          since={row.answered_at}
        />
      ))}
    </Group>
  )
}

function Adjustments() {
  const { t } = useTranslation()
  const me = useSession()?.user.id
  const list = useList("list_adjustments", { query: { state: "proposed", limit: 50 } }, EVERY)
  return (
    <Group title={t("tasks.money.adjustments")} more="/settlement/adjustments?state=proposed">
      {rowsOf<"list_adjustments">(list.data)
        .filter((row) => row.maker !== me)
        .map((row) => (
          <Item
            key={row.id}
            to="/settlement/adjustments?state=proposed"
            what={t("tasks.money.adjustment", { party: row.party_name })}
            about={row.reason}
            sum={money(row.amount, row.currency)}
            since={row.made_at}
          />
        ))}
    </Group>
  )
}

function Demands() {
  const { t } = useTranslation()
  const me = useSession()?.user.id ?? ""
  const list = useList("list_budgets", { query: { limit: 200 } }, EVERY)
  return (
    <Group title={t("tasks.money.budgets")} more="/settlement/budgets">
      {rowsOf<"list_budgets">(list.data)
        .filter((row) => row.waiting > 0 && namesOf(row.document.releasers).includes(me))
        .map((row) => (
          <Item
            key={row.key}
            to={`/settlement/budgets?open=${encodeURIComponent(row.key)}`}
            what={t("tasks.money.budget", { name: String(row.document.name ?? row.key) })}
            about={t("tasks.money.waiting", { count: row.waiting })}
            since={row.updated_at}
          />
        ))}
    </Group>
  )
}

function namesOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** Nothing is shown where nothing waits. */
function Group({ title, more, children }: { title: string; more: string; children: ReactNode[] }) {
  const { t } = useTranslation()
  if (children.length === 0) return null
  return (
    <Card
      size="small"
      className="facts"
      title={
        <h2 className="card-title">
          {title} <Tag variant="filled">{children.length}</Tag>
        </h2>
      }
      extra={<Link to={more}>{t("home.all")}</Link>}
    >
      <ul className="home-list">{children}</ul>
    </Card>
  )
}

interface ItemProps {
  to: string
  what: string
  about: string
  sum?: string
  since: string | null
}

function Item({ to, what, about, sum, since }: ItemProps) {
  return (
    <li>
      <Flex vertical>
        <Link to={to}>{what}</Link>
        {about && <Typography.Text type="secondary">{about}</Typography.Text>}
      </Flex>
      <Flex vertical align="flex-end">
        {sum && <Typography.Text className="number">{sum}</Typography.Text>}
        <Typography.Text type="secondary">
          <When at={since} />
        </Typography.Text>
      </Flex>
    </li>
  )
}
