import { Card, Statistic } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { rowsOf, useList } from "@/api/queries"
import type { RunShown } from "@/api/types"

/** Counted on the newest page of each list; what goes beyond it is "50+". */
const SEEN = 50

/** What is under way, what waits, what failed. */
export function Figures() {
  const { t } = useTranslation()
  return (
    <div className="figures">
      {(["running", "waiting", "failed"] as const).map((status) => (
        <RunFigure key={status} status={status} title={t(`home.figure.${status}`)} />
      ))}
      <IncidentFigure />
    </div>
  )
}

function RunFigure({ status, title }: { status: RunShown["status"]; title: string }) {
  const list = useList("list_runs", { query: { limit: SEEN, status } }, { every: 10_000 })
  const found = rowsOf<"list_runs">(list.data).length
  return (
    <Figure
      title={title}
      to={`/runs?status=${status}`}
      count={found}
      hasMore={list.hasNextPage}
      isBad={status === "failed"}
      isLoading={list.isPending}
    />
  )
}

function IncidentFigure() {
  const { t } = useTranslation()
  const list = useList(
    "list_incidents",
    { query: { limit: SEEN, status: "open" } },
    { every: 15_000 },
  )
  return (
    <Figure
      title={t("menu.incidents")}
      to="/incidents"
      count={rowsOf<"list_incidents">(list.data).length}
      hasMore={list.hasNextPage}
      isBad
      isLoading={list.isPending}
    />
  )
}

interface FigureProps {
  title: string
  to: string
  count: number
  hasMore: boolean
  isBad: boolean
  isLoading: boolean
}

function Figure({ title, to, count, hasMore, isBad, isLoading }: FigureProps) {
  return (
    <Card size="small">
      <Link to={to} className="figure">
        <Statistic
          title={title}
          value={hasMore ? `${SEEN}+` : count}
          loading={isLoading}
          {...(isBad && count > 0
            ? { styles: { content: { color: "var(--ant-color-error)" } } }
            : {})}
        />
      </Link>
    </Card>
  )
}
