import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import type { Catalog } from "@/flow/catalog"
import { differences, together } from "@/flow/diff"
import type { Flow } from "@/flow/types"
import { FlowPicture } from "../FlowPicture"
import "../editor.css"

/** Two documents drawn as one: new things green, changed ones blue, what is gone red. */
export function DiffPicture(props: { before: Flow; after: Flow; catalog: Catalog }) {
  const { before, after, catalog } = props
  const { t } = useTranslation()
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
