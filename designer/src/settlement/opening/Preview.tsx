import { Alert, Flex, Table, Tabs, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import type { Card, OpeningPreview } from "@/api/types"
import { count } from "@/text/format"
import { StatusTag } from "@/ui/StatusTag"
import { Money } from "../Money"
import { usePartyNames } from "../names"
import { ProblemRows } from "./ProblemRows"

interface Props {
  found: OpeningPreview
  /** The card's key: its terms are shown by their names. */
  card: string
  control: Record<string, string>
  /** The import itself was refused: nothing is said to be in order then. */
  isRefused: boolean
}

/** What the file would do: bad lines first, sums beside the old system's, then the rows. */
export function Preview({ found, card, control, isRefused }: Props) {
  const { t } = useTranslation()
  const read = useRead("read_rate_card", { path: { key: card } })
  const terms = (read.data?.draft as unknown as Card | undefined)?.terms ?? []
  const nameOf = usePartyNames()
  const page = { pageSize: 10, size: "small" } as const
  const party = {
    title: t("settlement.party"),
    render: (_: unknown, row: { party: string }) => nameOf(row.party),
  }
  return (
    <Flex vertical gap={16}>
      {found.problems.length > 0 && (
        <>
          <Alert
            type="error"
            showIcon
            title={t("settlement.opening.problems", { count: found.problems.length })}
            description={t("settlement.opening.problemsAbout")}
          />
          <ProblemRows problems={found.problems} />
        </>
      )}
      {found.is_sound && !found.is_applied && !isRefused && (
        <Alert type="success" showIcon title={t("settlement.opening.sound")} />
      )}
      <section>
        <Typography.Title level={2}>{t("settlement.opening.control")}</Typography.Title>
        <Table
          size="small"
          pagination={false}
          rowKey="name"
          dataSource={[...new Set([...Object.keys(found.sums), ...Object.keys(control)])].map(
            (name) => ({ name, sum: found.sums[name] ?? "0" }),
          )}
          columns={[
            {
              title: t("settlement.opening.sum"),
              render: (_, row) => t(`settlement.opening.sums.${row.name as "total"}`),
            },
            {
              title: t("settlement.opening.inFile"),
              className: "number",
              render: (_, row) => shown(row.name, row.sum),
            },
            {
              title: t("settlement.opening.inOld"),
              className: "number",
              render: (_, row) => {
                const old = control[row.name]
                return old ? shown(row.name, old) : "—"
              },
            },
            {
              title: t("word.status"),
              render: (_, row) => {
                const old = control[row.name]
                if (!old) return t("settlement.opening.notGiven")
                const isSame = Number(old) === Number(row.sum)
                return (
                  <StatusTag tone={isSame ? "good" : "bad"}>
                    {t(isSame ? "settlement.opening.same" : "settlement.opening.differs")}
                  </StatusTag>
                )
              },
            },
          ]}
        />
      </section>
      <Tabs
        items={[
          {
            key: "totals",
            label: t("settlement.opening.totals", { count: found.totals.length }),
            children: (
              <Table
                size="small"
                pagination={page}
                rowKey={(row) => `${row.party} ${row.term} ${row.window}`}
                dataSource={found.totals}
                columns={[
                  party,
                  {
                    title: t("settlement.term"),
                    render: (_, row) => terms.find((one) => one.key === row.term)?.name ?? row.term,
                  },
                  { title: t("settlement.window"), dataIndex: "window" },
                  {
                    title: t("settlement.counted"),
                    className: "number",
                    render: (_, row) => <Money value={row.amount} />,
                  },
                  {
                    title: t("settlement.number"),
                    className: "number",
                    render: (_, row) => count(row.count),
                  },
                  {
                    title: t("settlement.opening.posted"),
                    className: "number",
                    render: (_, row) => <Money value={row.posted} />,
                  },
                ]}
              />
            ),
          },
          {
            key: "holds",
            label: t("settlement.opening.holds", { count: found.holds.length }),
            children: (
              <Table
                size="small"
                pagination={page}
                rowKey={(row) => `${row.party} ${row.due_on}`}
                dataSource={found.holds}
                columns={[
                  party,
                  {
                    title: t("settlement.amount"),
                    className: "number",
                    render: (_, row) => <Money value={row.amount} />,
                  },
                  { title: t("settlement.opening.dueOn"), dataIndex: "due_on" },
                ]}
              />
            ),
          },
          {
            key: "balances",
            label: t("settlement.opening.balances", { count: found.balances.length }),
            children: (
              <Table
                size="small"
                pagination={page}
                rowKey={(row) => `${row.party} ${row.period}`}
                dataSource={found.balances}
                columns={[
                  party,
                  { title: t("settlement.period"), dataIndex: "period" },
                  {
                    title: t("settlement.amount"),
                    className: "number",
                    render: (_, row) => <Money value={row.amount} isToned />,
                  },
                ]}
              />
            ),
          },
        ]}
      />
    </Flex>
  )
}

/** A number of things is no money. */
function shown(name: string, sum: string) {
  return name === "total_count" ? count(Number(sum)) : <Money value={sum} isToned />
}
