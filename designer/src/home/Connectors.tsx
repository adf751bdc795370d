import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useRead } from "@/api/queries"
import type { Connection } from "@/api/types"
import { StatusTag, type Tone } from "@/ui/StatusTag"
import { HomeCard } from "./HomePage"

const TONES: Record<string, Tone> = { ok: "good", failing: "unsure", open: "bad", paused: "paused" }

/** How each connection is. */
export function Connectors() {
  const { t } = useTranslation()
  const list = useRead("list_connections", {}, { every: 60_000 })
  const items = list.data?.items ?? []
  return (
    <HomeCard
      title={t("menu.connections")}
      to="/connections"
      isEmpty={!list.isPending && items.length === 0}
      empty={t("home.noConnections")}
    >
      {items.slice(0, 8).map((each) => (
        <Line key={each.key} connection={each} />
      ))}
    </HomeCard>
  )
}

function Line({ connection }: { connection: Connection }) {
  const { t } = useTranslation()
  const health = useRead("read_health", { path: { key: connection.key } }, { every: 60_000 })
  const state = connection.status === "paused" ? "paused" : health.data?.state
  return (
    <li>
      <Link to={`/connections/${connection.key}`}>{connection.name}</Link>
      {state && (
        <StatusTag tone={TONES[state] ?? "none"}>{t(`connections.state.${state}`)}</StatusTag>
      )}
    </li>
  )
}
