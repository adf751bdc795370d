import {
  Background,
  BackgroundVariant,
  ConnectionLineType,
  MiniMap,
  type Node,
  ReactFlow,
  type ReactFlowInstance,
  SelectionMode,
} from "@xyflow/react"
import "@xyflow/react/dist/style.css"
import "./canvas.css"
import { memo, useCallback, useEffect, useMemo, useRef } from "react"
import { useTranslation } from "react-i18next"
import { useStore } from "zustand"
import { useShallow } from "zustand/shallow"
import { useEditor } from "../context"
import { QuickAdd } from "../palette/QuickAdd"
import { NO_DRAG } from "../session"
import { Beginning } from "./Beginning"
import { groupColor } from "./colors"
import { type CanvasEdge, type CanvasNode, type CardData, Drawing } from "./toReactFlow"
import { EDGE_DEFAULTS, EDGE_TYPES, NODE_TYPES } from "./types"
import { useCanvasHandlers } from "./useCanvasHandlers"
import { useView } from "./useView"

const SEVERAL = ["Shift", "Meta", "Control"]
/** Smaller than this nothing can be read: a large flow then opens at its start. */
const READABLE = 0.75
const FIT = { padding: 0.1, maxZoom: 1, minZoom: READABLE }
const MARGIN = 32
/** The height of the list of blocks to choose from. */
const LIST = 400

/** Puts the first step at the left where not everything fits; the map shows how much more there is. */
function openAtStart(view: ReactFlowInstance<CanvasNode, CanvasEdge>, frame: HTMLElement | null) {
  const drawn = view.getNodes()
  const held = view.getNodesBounds(drawn)
  const [width, height] = [frame?.clientWidth ?? 0, frame?.clientHeight ?? 0]
  const isTall = held.height * READABLE > height
  if (held.width * READABLE <= width && !isTall) return
  const [first] = drawn
    .filter((node) => node.type === "card" && node.parentId === undefined)
    .sort((a, b) => a.position.x - b.position.x)
  const middle = isTall && first ? view.getNodesBounds([first]) : held
  const y = height / 2 - (middle.y + middle.height / 2) * READABLE
  void view.setViewport({
    x: MARGIN - held.x * READABLE,
    // What is tall has no empty room above it.
    y: isTall ? Math.min(MARGIN - held.y * READABLE, y) : y,
    zoom: READABLE,
  })
}

/** The canvas: draws the document, and turns what is done to it into operations. */
export function Canvas() {
  const parts = useEditor()
  const { store, session, drag, blocks } = parts
  const { t } = useTranslation()
  const flow = useStore(store, (state) => state.flow)
  // While plain cards are dragged their places are drawn by hand, and nothing here is rendered.
  const dragged = useStore(
    drag,
    useShallow(({ places, line, box, live }) => ({
      places: live ? NO_DRAG.places : places,
      line,
      box,
      live: null,
    })),
  )
  const shown = useStore(
    session,
    useShallow(({ selected, adding, ghost, readOnly }) => ({ selected, adding, ghost, readOnly })),
  )
  const drawing = useMemo(() => new Drawing(blocks), [blocks])
  const nodes = drawing.drawNodes(flow, shown, dragged)
  const edges = drawing.drawEdges(flow, shown, dragged.line)
  const on = useCanvasHandlers()
  const frame = useRef<HTMLDivElement>(null)
  useView(frame)
  useEffect(() => {
    // What is added is seen: the ghost may stand outside of the window, and its list below it.
    if (shown.adding) parts.view.current?.show(["ghost"], LIST)
  }, [shown.adding, parts])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a drop target; the keyboard has commands
    <div
      ref={frame}
      className={shown.readOnly ? "canvas is-locked" : "canvas"}
      onDragOver={on.onDragOver}
      onDrop={on.onDrop}
      onDragLeave={on.onDragLeave}
    >
      <ReactFlow<CanvasNode, CanvasEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        defaultEdgeOptions={EDGE_DEFAULTS}
        onNodesChange={on.onNodesChange}
        onEdgesChange={on.onEdgesChange}
        onNodeDrag={on.onNodeDrag}
        onNodeDragStop={on.onDropped}
        onSelectionDragStop={on.onDropped}
        onConnect={on.onConnect}
        onConnectEnd={on.onConnectEnd}
        onReconnect={on.onReconnect}
        isValidConnection={on.isValid}
        onPaneClick={on.onPaneClick}
        onNodeDoubleClick={on.onNodeDoubleClick}
        connectionLineType={ConnectionLineType.SmoothStep}
        connectionRadius={28}
        connectOnClick={false}
        multiSelectionKeyCode={SEVERAL}
        selectionMode={SelectionMode.Partial}
        deleteKeyCode={null}
        disableKeyboardA11y
        nodesDraggable={!shown.readOnly}
        nodesConnectable={!shown.readOnly}
        edgesReconnectable={!shown.readOnly}
        elevateNodesOnSelect={false}
        nodeDragThreshold={3}
        minZoom={0.1}
        maxZoom={2}
        attributionPosition="bottom-left"
        fitView
        onInit={(view) => openAtStart(view, frame.current)}
        fitViewOptions={FIT}
        aria-label={t("editor.canvas.label")}
      >
        <Around />
      </ReactFlow>
      <Beginning />
      <QuickAdd frame={frame} />
    </div>
  )
}

/** What stands behind and in front of the cards; nothing of it hangs on a drag. */
const Around = memo(function Around() {
  const { catalog } = useEditor()
  const { t } = useTranslation()
  const color = useCallback(
    (node: Node) =>
      node.type === "card"
        ? groupColor((node.data as CardData).block?.group ?? "", catalog)
        : "#cbd2d9",
    [catalog],
  )
  return (
    <>
      <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
      <MiniMap pannable zoomable ariaLabel={t("editor.canvas.map")} nodeColor={color} />
    </>
  )
})
