import { useReactFlow } from "@xyflow/react"
import { type RefObject, useEffect } from "react"
import { useEditor } from "../context"

/** Less than MARGIN inside of the window is not seen; what is moved in gets room for a next step. */
const [MARGIN, ROOM] = [24, 120]
const READABLE = 0.6

/** How far to move so that something is seen, no further than it needs; null when it is far away. */
function shiftOf(at: number, size: number, room: number): number | null {
  if (at >= MARGIN && at + size <= room - MARGIN) return 0
  const shift = at < MARGIN ? ROOM - at : room - ROOM - (at + size)
  return Math.abs(shift) > room * 0.75 || size > room - 2 * ROOM ? null : shift
}

/** Gives the commands what only the canvas can do. */
export function useView(frame: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow()
  const { view } = useEditor()
  useEffect(() => {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
    const duration = calm ? 0 : 250
    view.current = {
      fit: () => void flow.fitView({ padding: 0.1, maxZoom: 1, duration }),
      zoom: (by) => {
        if (by === "in") void flow.zoomIn({ duration })
        else if (by === "out") void flow.zoomOut({ duration })
        else void flow.zoomTo(1, { duration })
      },
      show: (ids, below = 0) => {
        // After the next drawing: what was just added has no place before it.
        requestAnimationFrame(() => {
          const box = frame.current?.getBoundingClientRect()
          const rect = flow.getNodesBounds(ids.filter((id) => flow.getNode(id)))
          if (!box || rect.width === 0) return
          const { x, y, zoom } = flow.getViewport()
          rect.height += below / zoom
          const start = flow.flowToScreenPosition(rect)
          const right = shiftOf(start.x - box.left, rect.width * zoom, box.width)
          const down = shiftOf(start.y - box.top, rect.height * zoom, box.height)
          if (right === 0 && down === 0) return
          if (right === null || down === null || zoom < READABLE) {
            const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }
            void flow.setCenter(middle.x, middle.y, { zoom: Math.max(zoom, READABLE), duration })
          } else void flow.setViewport({ x: x + right, y: y + down, zoom }, { duration })
        })
      },
      placeOf: (id) => {
        const drawn = flow.getInternalNode(id)
        if (!drawn) return null
        const { x, y } = drawn.internals.positionAbsolute
        const { width = 0, height = 0 } = drawn.measured
        return { x: x + width / 2, y: y + height / 2 }
      },
      middle: () => {
        const box = frame.current?.getBoundingClientRect()
        if (!box) return { x: 0, y: 0 }
        return flow.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 })
      },
      focus: (id) => {
        requestAnimationFrame(() => {
          const found = frame.current?.querySelector(
            `.react-flow__node[data-id="${CSS.escape(id)}"]`,
          )
          if (found instanceof HTMLElement) found.focus({ preventScroll: true })
        })
      },
    }
    return () => {
      view.current = null
    }
  }, [flow, view, frame])
}
