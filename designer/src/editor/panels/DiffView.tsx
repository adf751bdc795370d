import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { differences, together } from "@/flow/diff"
import type { Flow } from "@/flow/types"
import { useEditor } from "../context"
import { FlowPicture } from "../FlowPicture"

/** Two documents drawn as one: new things green, changed ones blue, what is gone red. */
export function DiffView({ before, after }: { before: Flow; after: Flow }) {
  const { t } = useTranslation()
  const { catalog } = useEditor()
  const both = useMemo(() => together(before, after), [before, after])
  const marks = useMemo(() => {
    const found = differences(before, after)
    return new Map([...found.edges, ...found.nodes])
  }, [before, after])
  return (
    <div className="diff-view">
      <FlowPicture flow={both} catalog={catalog} marks={marks} />
      <ul className="diff-legend">
        {(["added", "changed", "moved", "removed"] as const).map((mark) => (
          <li key={mark} className={`mark-${mark}`}>
            {t(`editor.diff.${mark}`)}
          </li>
        ))}
      </ul>
    </div>
  )
}
