import { Alert, Card, Flex, Tabs, Timeline, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link, useParams } from "react-router"
import { Loaded } from "@/api/Loaded"
import { usePeopleNames } from "@/api/names"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { StatementShown } from "@/api/types"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { StatementTag } from "../entries/MoneyTag"
import { MyStatement } from "../phone/MyStatement"
import { Downloads } from "./Downloads"
import { Reckoning } from "./Reckoning"
import { RepricedLines } from "./RepricedLines"
import { StatementActs } from "./StatementActs"
import { StatementLines } from "./StatementLines"

export function StatementPage() {
  const { id = "" } = useParams()
  const may = useMay()
  const query = useRead("read_statement", { path: { statement_id: id } })
  return (
    <Loaded query={query}>
      {(statement) =>
        may("settlement.read") ? (
          <OneStatement statement={statement} />
        ) : (
          <MyStatement statement={statement} />
        )
      }
    </Loaded>
  )
}

function OneStatement({ statement }: { statement: StatementShown }) {
  const { t } = useTranslation()
  const [view, setView] = useFilter("view")
  return (
    <Page
      title={t("settlement.statements.of", {
        party: statement.party_name,
        period: statement.period,
      })}
      about={
        <Flex gap={12} align="center" wrap>
          <Link to="/settlement/statements">{t("menu.statements")}</Link>
          <StatementTag state={statement.state} />
          <Typography.Text {...(statement.number ? { copyable: true } : {})}>
            {statement.number ?? t("settlement.statements.noNumber")}
          </Typography.Text>
        </Flex>
      }
      actions={
        <>
          <Downloads statement={statement} />
          <StatementActs statement={statement} />
        </>
      }
    >
      {statement.state === "disputed" && (
        <Alert
          type="error"
          showIcon
          className="facts"
          title={t("settlement.statements.isDisputed")}
          description={statement.answer}
        />
      )}
      <div className="two-columns facts">
        <Card title={t("settlement.statements.reckoning")}>
          <Reckoning statement={statement} />
        </Card>
        <Card title={t("settlement.statements.history")}>
          <History statement={statement} />
        </Card>
      </div>
      <Tabs
        activeKey={view === "repriced" ? "repriced" : "lines"}
        onChange={(next) => setView(next === "repriced" ? next : undefined)}
        items={[
          {
            key: "lines",
            label: t("settlement.statements.lines", { count: statement.entries }),
            children: <StatementLines statement={statement} />,
          },
          {
            key: "repriced",
            label: t("settlement.statements.repriced"),
            children: <RepricedLines statement={statement} />,
          },
        ]}
      />
    </Page>
  )
}

/** Who did what to it, and what was said. */
function History({ statement }: { statement: StatementShown }) {
  const { t } = useTranslation()
  const nameOf = usePeopleNames()
  const personOf = (id: string | null) => (id === "system" ? t("word.system") : nameOf(id))
  const steps: [string, string | null, string | null, string | null][] = [
    [t("settlement.statements.step.made"), statement.maker, statement.made_at, null],
    [t("settlement.statements.step.released"), statement.released_by, statement.released_at, null],
    [
      t(
        statement.state === "disputed"
          ? "settlement.statements.step.disputed"
          : "settlement.statements.step.confirmed",
      ),
      statement.answered_by,
      statement.answered_at,
      statement.answer,
    ],
    [t("settlement.statements.step.paid"), statement.paid_by, statement.paid_at, null],
  ]
  return (
    <Timeline
      items={steps
        .filter(([, , at]) => at)
        .map(([what, who, at, said]) => ({
          key: what,
          content: (
            <Flex vertical>
              <span>
                {what} · {personOf(who)} · <When at={at} />
              </span>
              {said && <Typography.Text type="secondary">“{said}”</Typography.Text>}
            </Flex>
          ),
        }))}
    />
  )
}
