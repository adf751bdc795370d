import { BaseEdge, type EdgeProps } from "@xyflow/react"
import { memo } from "react"
import { useAddStep } from "../adding"
import { useEditor, useEditorSession } from "../context"
import { bend, type Ends } from "./bend"
import type { CanvasEdge } from "./toReactFlow"

/** A line: lit or grey after a test run, with "+" in its middle. */
export const EdgeLine = memo(function EdgeLine(props: EdgeProps<CanvasEdge>) {
  const { id, data } = props
  const rank = data?.rank ?? 0
  const ends: Ends = [props.sourceX, props.sourceY, props.targetX, props.targetY]
  const { t } = useEditor()
  const light = useEditorSession((session) => session.lights.get(id))
  const count = useEditorSession((session) => session.heat.get(id))
  const mark = useEditorSession((session) => session.marks.get(id))
  const startAdding = useAddStep()
  const [path, x, y] = bend(ends, rank, props.targetPosition)
  const looks = [light && `light-${light}`, mark && `mark-${mark}`].filter(Boolean).join(" ")
  return (
    <g className={looks} data-ends={[...ends, rank].join(" ")}>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={24}
        {...(count ? { style: { strokeWidth: Math.min(7, 1.8 + Math.log10(count) * 1.6) } } : {})}
      />
      {count !== undefined && (
        <text className="line-count" x={x} y={y - 6} textAnchor="middle">
          {count}
        </text>
      )}
      {data?.isOwn && (
        // The keyboard has the command "insert into line"; this is the mouse's way.
        // biome-ignore lint/a11y/useSemanticElements: SVG knows no button
        <g
          className="line-plus"
          transform={`translate(${x} ${y})`}
          role="button"
          tabIndex={-1}
          aria-label={t("editor.canvas.insert")}
          onClick={(event) => {
            event.stopPropagation()
            startAdding({ kind: "line", edge: id, near: { x, y } })
          }}
          onKeyDown={undefined}
        >
          <circle r={10} />
          <path d="M-4 0h8M0-4v8" />
        </g>
      )}
    </g>
  )
})
