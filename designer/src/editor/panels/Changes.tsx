import { Empty } from "antd"
import { useTranslation } from "react-i18next"
import type { ChangeShown } from "@/api/types"
import { useEditor } from "../context"
import { jumpTo } from "../jump"

/** Changes in the server's sentences; those of the canvas alone stand last and small. */
export function Changes({ changes }: { changes: readonly ChangeShown[] }) {
  const parts = useEditor()
  const { t, i18n } = useTranslation()
  const words = (change: ChangeShown) =>
    (i18n.language === "en" ? change.message : change.message_zh) ?? change.path
  if (changes.length === 0) {
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("editor.diff.none")} />
  }
  const told = changes.filter((change) => !change.cosmetic)
  const moved = changes.length - told.length
  return (
    <ul className="changes">
      {told.map((change) => (
        <li key={`${change.kind} ${change.path}`} className={`kind-${change.kind}`}>
          {change.node ? (
            <button type="button" onClick={() => jumpTo(parts, change.node ?? "")}>
              {words(change)}
            </button>
          ) : (
            words(change)
          )}
          {change.by && <span className="by">{change.by}</span>}
        </li>
      ))}
      {moved > 0 && <li className="kind-moved">{t("editor.diff.onlyMoved", { count: moved })}</li>}
    </ul>
  )
}
