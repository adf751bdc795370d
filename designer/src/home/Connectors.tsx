import { Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import type { ConnectionNow } from "@/api/types"
import { When } from "@/text/When"
import { StatusTag, type Tone } from "@/ui/StatusTag"
import { HomeCard } from "./HomeCard"

const TONES: Record<ConnectionNow["state"], Tone> = {
  ok: "good",
  failing: "unsure",
  open: "bad",
  paused: "paused",
  unused: "none",
}
const SHOWN = 8

/** How each connection is, and since when; what is not well stands first. */
export function Connectors({ connections }: { connections: ConnectionNow[] }) {
  const { t } = useTranslation()
  const order = ["open", "failing", "paused", "ok", "unused"]
  const sorted = [...connections].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  return (
    <HomeCard
      title={t("menu.connections")}
      to="/connections"
      isEmpty={connections.length === 0}
      empty={t("home.noConnections")}
    >
      {sorted.slice(0, SHOWN).map((each) => (
        <li key={each.key}>
          <span className="home-line">
            <Link to={`/connections/${each.key}`}>{each.name}</Link>
            {each.since && (
              <Typography.Text type="secondary">
                {t(`home.since.${each.state}`)} <When at={each.since} />
              </Typography.Text>
            )}
          </span>
          <StatusTag tone={TONES[each.state]}>{t(`connections.state.${each.state}`)}</StatusTag>
        </li>
      ))}
    </HomeCard>
  )
}
