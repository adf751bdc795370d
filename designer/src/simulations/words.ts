import { useTranslation } from "react-i18next"
import type { SimulationBrief } from "@/api/types"
import type { Tone } from "@/ui/StatusTag"

export const TONES: Record<SimulationBrief["status"], Tone> = {
  queued: "waiting",
  running: "working",
  succeeded: "good",
  failed: "bad",
  cancelled: "paused",
}

export const isUnderWay = (status: SimulationBrief["status"]) =>
  status === "queued" || status === "running"

/** "草稿 对比 线上版本": which version was tried, and against which. */
export function useWhich(): (which: string, against: string | null) => string {
  const { t } = useTranslation()
  const one = (which: string) =>
    which === "draft" || which === "live"
      ? t(`simulations.which.${which}`)
      : t("simulations.which.version", { number: which })
  return (which, against) =>
    against === null
      ? one(which)
      : t("simulations.which.against", { which: one(which), against: one(against) })
}
