import { useTranslation } from "react-i18next"
import type { Connection, Health } from "@/api/types"
import { StatusTag, type Tone } from "@/ui/StatusTag"

const TONES: Record<Health["state"], Tone> = {
  ok: "good",
  failing: "unsure",
  open: "bad",
  paused: "paused",
  unused: "none",
}

export function HealthTag({
  connection,
  health,
}: {
  connection: Connection
  health: Health | undefined
}) {
  const { t } = useTranslation()
  const state = connection.status === "paused" ? "paused" : health?.state
  if (!state) return null
  return <StatusTag tone={TONES[state]}>{t(`connections.state.${state}`)}</StatusTag>
}
