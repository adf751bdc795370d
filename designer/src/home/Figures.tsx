import { ArrowDownOutlined, ArrowUpOutlined } from "@ant-design/icons"
import { Card, Tooltip, Typography } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useMay } from "@/api/session"
import type { ComparedAmount, ComparedHours, Home } from "@/api/types"
import { count, exactTime, money } from "@/text/format"

/** Today's figures, each beside the same time of day yesterday and a week ago. */
export function Figures({ home }: { home: Home }) {
  const { t } = useTranslation()
  const may = useMay()
  // Midnight where the company is, as far as a link needs it.
  const since = startOfDay(home.at, home.zone)
  const runs = `/runs?since=${encodeURIComponent(since)}`
  return (
    <div className="figures">
      {home.events && <Counted title={t("home.figure.events")} found={home.events} />}
      {home.runs && <Counted title={t("home.figure.runs")} found={home.runs} to={runs} />}
      {home.failed && (
        <Counted
          title={t("home.figure.failed")}
          found={home.failed}
          to={`${runs}&status=failed`}
          isBad
        />
      )}
      {home.open && (
        <Plain
          title={t("home.figure.waiting")}
          value={upTo(home.open.effects_waiting)}
          about={t("home.waitingAbout")}
          {...(may("connections.read") ? { to: "/connections" } : {})}
        />
      )}
      {home.open && (
        <Plain
          title={t("home.figure.unknown")}
          value={upTo(home.open.effects_unknown)}
          about={t("home.unknownAbout")}
          to="/incidents"
          isBad={home.open.effects_unknown > 0}
        />
      )}
      {home.money?.flatMap((each) => [
        <Amount
          key={`${each.currency} in`}
          title={t("home.figure.accrued")}
          found={each.accrued}
          currency={each.currency}
        />,
        <Amount
          key={`${each.currency} held`}
          title={t("home.figure.frozen")}
          found={each.frozen}
          currency={each.currency}
        />,
      ])}
    </div>
  )
}

const MOST = 10_000
const upTo = (value: number) => (value >= MOST ? `${count(MOST)}+` : count(value))

function startOfDay(at: string, zone: string): string {
  const [, clock = "00:00:00"] = exactTime(at, zone).split(" ")
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(":").map(Number)
  const passed = ((hours * 60 + minutes) * 60 + seconds) * 1000
  return new Date(Math.floor(Date.parse(at) / 1000) * 1000 - passed).toISOString()
}

interface CountedProps {
  title: string
  found: ComparedHours
  to?: string
  isBad?: boolean
}

function Counted({ title, found, to, isBad = false }: CountedProps) {
  return (
    <Figure title={title} to={to} value={count(found.today)} isBad={isBad && found.today > 0}>
      <Before name="yesterday" now={found.today} then={found.yesterday} isBad={isBad}>
        {count(found.yesterday)}
      </Before>
      <Before name="lastWeek" now={found.today} then={found.last_week} isBad={isBad}>
        {count(found.last_week)}
      </Before>
    </Figure>
  )
}

interface AmountProps {
  title: string
  found: ComparedAmount
  currency: string
}

function Amount({ title, found, currency }: AmountProps) {
  return (
    <Figure title={title} value={money(found.today, currency)}>
      <Before name="yesterday" now={Number(found.today)} then={Number(found.yesterday)}>
        {money(found.yesterday, currency)}
      </Before>
      <Before name="lastWeek" now={Number(found.today)} then={Number(found.last_week)}>
        {money(found.last_week, currency)}
      </Before>
    </Figure>
  )
}

interface PlainProps {
  title: string
  value: string
  about: string
  to?: string
  isBad?: boolean
}

function Plain({ title, value, about, to, isBad = false }: PlainProps) {
  return (
    <Figure title={title} value={value} to={to} isBad={isBad}>
      <Typography.Text type="secondary">{about}</Typography.Text>
    </Figure>
  )
}

interface FigureProps {
  title: string
  value: string
  to?: string | undefined
  isBad?: boolean
  children: ReactNode
}

function Figure({ title, value, to, isBad = false, children }: FigureProps) {
  const shown = (
    <span className={isBad ? "figure-value is-bad" : "figure-value"} title={value}>
      {value}
    </span>
  )
  return (
    <Card size="small" className="figure">
      <Typography.Text type="secondary">{title}</Typography.Text>
      {to ? (
        <Link to={to} aria-label={`${title} ${value}`}>
          {shown}
        </Link>
      ) : (
        shown
      )}
      <div className="figure-before">{children}</div>
    </Card>
  )
}

interface BeforeProps {
  name: "yesterday" | "lastWeek"
  now: number
  then: number
  /** More of it is worse. */
  isBad?: boolean
  children: ReactNode
}

function Before({ name, now, then, isBad = false, children }: BeforeProps) {
  const { t } = useTranslation()
  const change = then === 0 ? 0 : (now - then) / Math.abs(then)
  const percent = Math.round(Math.abs(change) * 100)
  const tone = isBad && change > 0 ? { type: "danger" as const } : { type: "secondary" as const }
  return (
    <Tooltip title={t(`home.before.${name}Help`)}>
      <div>
        <Typography.Text type="secondary">
          {t(`home.before.${name}`)} {children}
        </Typography.Text>
        {percent > 0 && (
          <Typography.Text {...tone} className="figure-change">
            {change > 0 ? (
              <ArrowUpOutlined aria-label={t("home.before.up")} />
            ) : (
              <ArrowDownOutlined aria-label={t("home.before.down")} />
            )}
            {percent > 999 ? "999+" : percent}%
          </Typography.Text>
        )}
      </div>
    </Tooltip>
  )
}
