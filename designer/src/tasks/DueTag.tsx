import { useTranslation } from "react-i18next"
import { When } from "@/text/When"
import { StatusTag } from "@/ui/StatusTag"

const SOON = 4 * 3600 * 1000

/** How much time is left: plain, soon, or over. */
export function DueTag({ due }: { due: string | null }) {
  const { t } = useTranslation()
  if (!due) return <>{t("tasks.noDue")}</>
  const left = Date.parse(due) - Date.now()
  if (left > SOON) return <When at={due} />
  return (
    <StatusTag tone={left < 0 ? "bad" : "unsure"}>
      {left < 0 ? t("tasks.over") : <When at={due} />}
    </StatusTag>
  )
}
