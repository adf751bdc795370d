// What is done on the canvas, as handlers that never change: a new function would make React Flow
// draw every card anew.

import type {
  Connection,
  EdgeChange,
  FinalConnectionState,
  IsValidConnection,
  NodeChange,
} from "@xyflow/react"
import { useReactFlow } from "@xyflow/react"
import { App } from "antd"
import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { scopeUnder } from "@/flow/geometry"
import { connect, reconnect } from "@/flow/operations/lines"
import { refuses } from "@/flow/ports"
import { addStep, placeOf, useAddStep } from "../adding"
import { useEditor } from "../context"
import { BLOCK_DRAG } from "../palette/Palette"
import { drop, lookUnder, takeChanges, takeSelection } from "./moves"
import type { CanvasEdge, CanvasNode } from "./toReactFlow"
import { lineAt, nodeAt, pointOf } from "./under"

export function useCanvasHandlers() {
  const parts = useEditor()
  const { t } = useTranslation()
  const { message } = App.useApp()
  const { screenToFlowPosition } = useReactFlow<CanvasNode, CanvasEdge>()
  const startAdding = useAddStep()
  return useMemo(() => {
    const { store, session, drag, blocks } = parts
    const flowNow = () => store.getState().flow
    const draw = (from: string, port: string, to: string) => {
      const refused = refuses(flowNow(), blocks, from, port, to)
      if (refused) void message.warning(t(`editor.refused.${refused.code}`))
      else store.getState().edit("connect", connect(from, port, to))
    }
    const isValid: IsValidConnection<CanvasEdge> = (line) =>
      refuses(
        flowNow(),
        blocks,
        line.source,
        line.sourceHandle ?? "out",
        line.target,
        "id" in line ? line.id : undefined,
      ) === null
    return {
      isValid,
      onNodesChange: (changes: NodeChange<CanvasNode>[]) => takeChanges(parts, changes),
      onEdgesChange: (changes: EdgeChange<CanvasEdge>[]) => takeSelection(parts, changes),
      onNodeDrag: (event: MouseEvent | TouchEvent | React.MouseEvent, node: CanvasNode) =>
        lookUnder(parts, node.id, () => lineAt(...pointOf(event as MouseEvent))),
      onDropped: () => drop(parts),
      onConnect: ({ source, sourceHandle, target }: Connection) =>
        draw(source, sourceHandle ?? "out", target),
      /** Let go on a card: a line to it. On the empty canvas: what shall be there? */
      onConnectEnd: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
        if (state.isValid || state.fromHandle?.type !== "source" || !state.fromNode) return
        const from = state.fromNode.id
        const port = state.fromHandle.id ?? "out"
        const [x, y] = pointOf(event)
        const over = nodeAt(x, y)
        if (over !== null && over !== from) draw(from, port, over)
        else if (over === null) {
          startAdding({ kind: "behind", from, port, near: screenToFlowPosition({ x, y: y - 30 }) })
        }
      },
      onReconnect: (edge: CanvasEdge, { source, sourceHandle, target }: Connection) =>
        store.getState().edit("connect", reconnect(edge.id, source, sourceHandle ?? "out", target)),
      onPaneClick: () => session.setState({ adding: null, ghost: null }),
      onNodeDoubleClick: () => session.setState({ inspector: true }),
      onDragOver: (event: React.DragEvent) => {
        const isBlock = event.dataTransfer.types.includes(BLOCK_DRAG)
        if (!isBlock || session.getState().readOnly) return
        event.preventDefault()
        event.dataTransfer.dropEffect = "copy"
        const line = lineAt(event.clientX, event.clientY)
        if (drag.getState().line !== line) drag.setState({ line })
      },
      onDragLeave: () => drag.setState({ line: null }),
      onDrop: (event: React.DragEvent) => {
        const type = event.dataTransfer.getData(BLOCK_DRAG)
        if (!type || session.getState().readOnly) return
        event.preventDefault()
        drag.setState({ line: null })
        const pointer = screenToFlowPosition({ x: event.clientX, y: event.clientY })
        const near = screenToFlowPosition({ x: event.clientX - 104, y: event.clientY - 30 })
        const line = lineAt(event.clientX, event.clientY)
        const isStart = blocks.get(type)?.kind === "trigger"
        const scope = scopeUnder(flowNow(), blocks, pointer)
        const adding = placeOf(
          flowNow(),
          blocks,
          line && !isStart
            ? { kind: "line", edge: line, near: pointer }
            : { kind: "free", scope, near },
        )
        if (adding) addStep(parts, type, adding)
      },
    }
  }, [parts, message, t, screenToFlowPosition, startAdding])
}
