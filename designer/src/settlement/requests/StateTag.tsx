import { useTranslation } from "react-i18next"
import type { RequestShown } from "@/api/types"
import { StatusTag, type Tone } from "@/ui/StatusTag"

const TONES: Record<RequestShown["state"], Tone> = {
  proposed: "waiting",
  approved: "working",
  applied: "good",
  rejected: "bad",
  withdrawn: "none",
}

export function StateTag({ state }: { state: RequestShown["state"] }) {
  const { t } = useTranslation()
  return <StatusTag tone={TONES[state]}>{t(`rates.request.states.${state}`)}</StatusTag>
}
