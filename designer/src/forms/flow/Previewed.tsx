import type { TFunction } from "i18next"
import { useTranslation } from "react-i18next"
import type { PreviewItem, PreviewRow } from "@/api/types"
import { useFlowSurroundings } from "./surroundings"

type PreviewValue = Omit<PreviewRow, "path">

/** "当前样例：满足 ✓", or why it cannot be said. */
export function Holds({ seen }: { seen: PreviewItem | undefined }) {
  const { t } = useTranslation()
  if (!seen) return null
  if (seen.problem) return <Wrong seen={seen} />
  return (
    <span className={`previewed ${seen.holds ? "holds" : "fails"}`} role="status">
      {seen.holds ? t("editor.condition.holds") : t("editor.condition.fails")}
    </span>
  )
}

/** The value of an expression or a filled-in text. */
export function Value({ seen }: { seen: PreviewItem | undefined }) {
  const { t } = useTranslation()
  if (!seen) return null
  if (seen.problem) return <Wrong seen={seen} />
  return (
    <span className="previewed" role="status">
      {t("editor.pick.value", { value: said(seen, t) })}
    </span>
  )
}

/** A row's value with ✓ or ✗. */
export function RowSeen({ seen }: { seen: PreviewValue | undefined }) {
  const { t } = useTranslation()
  if (!seen) return null
  if (seen.problem) return <Wrong seen={seen} />
  return (
    <span className={`previewed ${seen.holds ? "holds" : "fails"}`}>
      {t("editor.pick.value", { value: said(seen, t) })}{" "}
      <b
        role="img"
        aria-label={seen.holds ? t("editor.condition.yesHolds") : t("editor.condition.noFails")}
      >
        {seen.holds ? "✓" : "✗"}
      </b>
    </span>
  )
}

function Wrong({ seen }: { seen: PreviewValue }) {
  const { i18n } = useTranslation()
  const { problem } = seen
  const { problems = [] } = useFlowSurroundings()
  // The field itself says it when the whole flow has been checked.
  if (!problem || problems.some((one) => one.message === problem.message)) return null
  return (
    <span className="previewed is-wrong" role="status">
      {i18n.language === "en" ? problem.message : problem.message_zh}
    </span>
  )
}

/** A value in words: what is not there, or is a yes or no, has its own. */
function said(seen: PreviewValue, t: TFunction): string {
  if (seen.kind === "null") return t("editor.pick.null")
  if (seen.kind === "boolean") {
    return seen.said === "true" ? t("editor.condition.yes") : t("editor.condition.no")
  }
  if (seen.said === "") return t("editor.pick.empty")
  return seen.cut ? `${seen.said}…` : seen.said
}
