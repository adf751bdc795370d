import { Alert, Drawer, Flex, Statistic, Steps, Table, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import type { PeriodDetail } from "@/api/types"
import { count } from "@/text/format"
import { languageNow } from "@/text/set-up"
import { MoneyTag } from "../entries/MoneyTag"
import { Money } from "../Money"
import { FactorForm } from "./FactorForm"
import { PeriodActs } from "./PeriodActs"

const STEPS = ["open", "closing", "locked"] as const

/** One period: what is in it, what closing it would make, and the closing itself. */
export function PeriodDrawer({ period, close }: { period: string; close: () => void }) {
  const { t } = useTranslation()
  const query = useRead("read_settlement_period", { path: { key: period } })
  return (
    <Drawer
      open
      size={720}
      title={t("settlement.periods.one", { period })}
      onClose={close}
      footer={query.data && <PeriodActs detail={query.data} />}
    >
      <Loaded query={query}>{(detail) => <Detail detail={detail} />}</Loaded>
    </Drawer>
  )
}

function Detail({ detail }: { detail: PeriodDetail }) {
  const { t } = useTranslation()
  const faults = detail.faults ?? []
  return (
    <Flex vertical gap={20}>
      <Steps
        size="small"
        current={STEPS.indexOf(detail.status)}
        status={faults.length > 0 ? "error" : "process"}
        items={STEPS.map((step) => ({ title: t(`settlement.periods.status.${step}`) }))}
      />
      <Typography.Text type="secondary">
        {t("settlement.periods.days", { first: detail.first_on, last: detail.last_on })}
      </Typography.Text>
      {detail.status === "locked" && (
        <Alert
          type="success"
          showIcon
          title={t("settlement.periods.isLocked")}
          description={
            <Link to={`/settlement/entries?earned=${detail.key}`}>
              {t("settlement.periods.seeLate")}
            </Link>
          }
        />
      )}
      {faults.length > 0 && (
        <Alert
          type="error"
          showIcon
          title={t("settlement.periods.waits", { count: faults.length })}
          description={
            <ul className="problem-items">
              {faults.slice(0, 20).map((fault) => (
                <li key={JSON.stringify(fault)}>{faultSaid(fault)}</li>
              ))}
            </ul>
          }
        />
      )}
      {detail.status === "locked" ? <Made detail={detail} /> : <Coming detail={detail} />}
      <section>
        <Typography.Title level={2}>{t("settlement.periods.inIt")}</Typography.Title>
        <Table
          size="small"
          rowKey={(row) => `${row.state} ${row.currency}`}
          dataSource={detail.sums}
          pagination={false}
          locale={{ emptyText: <Nothing /> }}
          columns={[
            { title: t("settlement.state"), render: (_, row) => <MoneyTag state={row.state} /> },
            {
              title: t("settlement.number"),
              className: "number",
              render: (_, row) => (
                <Link to={`/settlement/entries?period=${detail.key}&state=${row.state}`}>
                  {count(row.entries)}
                </Link>
              ),
            },
            {
              title: t("settlement.amount"),
              className: "number",
              render: (_, row) => <Money value={row.amount} currency={row.currency} isToned />,
            },
          ]}
        />
      </section>
      <section>
        <Typography.Title level={2}>{t("settlement.periods.byParty")}</Typography.Title>
        <Table
          size="small"
          rowKey={(row) => `${row.party} ${row.currency}`}
          dataSource={detail.largest}
          pagination={detail.largest.length > 10 ? { pageSize: 10, size: "small" } : false}
          locale={{ emptyText: <Nothing /> }}
          columns={[
            { title: t("settlement.party"), render: (_, row) => row.party_name },
            {
              title: t("settlement.number"),
              className: "number",
              render: (_, row) => count(row.entries),
            },
            {
              title: t("settlement.amount"),
              className: "number",
              render: (_, row) => <Money value={row.amount} currency={row.currency} isToned />,
            },
          ]}
        />
      </section>
    </Flex>
  )
}

function Nothing() {
  const { t } = useTranslation()
  return <Typography.Text type="secondary">{t("settlement.periods.nothing")}</Typography.Text>
}

/** What closing would make, and what it waits for. */
function Coming({ detail }: { detail: PeriodDetail }) {
  const { t } = useTranslation()
  return (
    <>
      <Flex gap={32} wrap>
        <Statistic title={t("settlement.periods.makes")} value={detail.parties} />
        <Statistic title={t("settlement.periods.accounts")} value={detail.accounts} />
        <Statistic title={t("settlement.periods.trueUps")} value={detail.true_ups} />
      </Flex>
      <section>
        <Typography.Title level={2}>{t("settlement.periods.missing")}</Typography.Title>
        {detail.missing.length === 0 ? (
          <Typography.Text type="secondary">{t("settlement.periods.noMissing")}</Typography.Text>
        ) : (
          <Flex vertical gap={12}>
            <Typography.Text>{t("settlement.periods.missingAbout")}</Typography.Text>
            {detail.missing.map((one) => (
              <FactorForm
                key={`${one.party} ${one.window} ${one.key}`}
                party={one.party}
                partyName={one.party_name}
                window={one.window}
                name={one.key}
              />
            ))}
          </Flex>
        )}
      </section>
    </>
  )
}

const STATES = ["draft", "released", "confirmed", "disputed", "paid"] as const

/** The statements of a locked period, by how far they are. */
function Made({ detail }: { detail: PeriodDetail }) {
  const { t } = useTranslation()
  return (
    <Flex gap={32} wrap>
      {STATES.filter((state) => detail.statements[state]).map((state) => (
        <Link key={state} to={`/settlement/statements?period=${detail.key}&state=${state}`}>
          <Statistic
            title={t("settlement.periods.made", {
              state: t(`settlement.statementState.${state}`),
            })}
            value={detail.statements[state] ?? 0}
          />
        </Link>
      ))}
    </Flex>
  )
}

/** "林晚秋: the factor completion is missing", in the screen's language. */
function faultSaid(fault: Record<string, unknown>): string {
  const message = fault.message
  if (typeof message === "string") return message
  if (typeof message === "object" && message !== null) {
    const words = message as Record<string, unknown>
    return String(words[languageNow() === "en" ? "en" : "zh"] ?? "")
  }
  return String(fault.party ?? "")
}
