import { ReactFlow, ReactFlowProvider, useNodesInitialized, useReactFlow } from "@xyflow/react"
import "@xyflow/react/dist/style.css"
import "./canvas/canvas.css"
import { useEffect, useMemo } from "react"
import { useTranslation } from "react-i18next"
import { blocksOf, type Catalog } from "@/flow/catalog"
import type { Mark } from "@/flow/diff"
import { findEdge } from "@/flow/graphs"
import { placed } from "@/flow/layout"
import type { Flow } from "@/flow/types"
import { type CanvasNode, Drawing } from "./canvas/toReactFlow"
import { EDGE_DEFAULTS, EDGE_TYPES, NODE_TYPES } from "./canvas/types"
import { EditorContext, type EditorParts } from "./context"
import type { Light } from "./lights"
import { createDrag, createSession, NO_DRAG } from "./session"
import { createFlowStore } from "./store"

interface Props {
  flow: Flow
  catalog: Catalog
  marks?: ReadonlyMap<string, Mark> | undefined
  lights?: ReadonlyMap<string, Light> | undefined
  onStep?: ((id: string) => void) | undefined
  /** How often each line was taken, and what steps took. */
  heat?: ReadonlyMap<string, number> | undefined
  times?: ReadonlyMap<string, string> | undefined
  /** The step or line that is brought into the middle; else everything is shown. */
  focus?: string | undefined
}

/** A flow to look at: the same cards and lines as on the canvas, nothing can be changed. */
export function FlowPicture(props: Props) {
  const { catalog, marks, lights, onStep, heat, times, focus } = props
  const { t } = useTranslation()
  const flow = useMemo(() => placed(props.flow, blocksOf(catalog)), [props.flow, catalog])
  const parts: EditorParts = useMemo(
    () => ({
      flowKey: flow.key,
      catalog,
      blocks: blocksOf(catalog),
      t,
      session: createSession(true),
      store: createFlowStore(flow),
      drag: createDrag(),
      view: { current: null },
      save: async () => true,
    }),
    [flow, catalog, t],
  )
  useMemo(() => {
    parts.session.setState({
      marks: marks ?? new Map(),
      lights: lights ?? new Map(),
      heat: heat ?? new Map(),
      times: times ?? new Map(),
      found: new Set(focus === undefined ? [] : [focus]),
    })
  }, [parts, marks, lights, heat, times, focus])
  const drawn = useMemo(() => {
    const drawing = new Drawing(parts.blocks)
    const shown = parts.session.getState()
    return {
      nodes: drawing.drawNodes(flow, shown, NO_DRAG),
      edges: drawing.drawEdges(flow, shown, null),
    }
  }, [parts, flow])
  return (
    <EditorContext.Provider value={parts}>
      <ReactFlowProvider>
        <div className="canvas is-picture is-locked">
          <ReactFlow
            nodes={drawn.nodes}
            edges={drawn.edges}
            nodeTypes={NODE_TYPES}
            edgeTypes={EDGE_TYPES}
            defaultEdgeOptions={EDGE_DEFAULTS}
            onNodeClick={(_, node: CanvasNode) => node.type === "card" && onStep?.(node.id)}
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={onStep !== undefined}
            edgesFocusable={false}
            elementsSelectable={onStep !== undefined}
            fitView
            fitViewOptions={{ padding: 0.1, maxZoom: 1 }}
            minZoom={0.1}
            aria-label={t("editor.canvas.label")}
          >
            <Focus id={focus} flow={flow} />
          </ReactFlow>
        </div>
      </ReactFlowProvider>
    </EditorContext.Provider>
  )
}

/** Brings a step, or both ends of a line, into the middle; again when another one is meant. */
function Focus({ id, flow }: { id: string | undefined; flow: Flow }) {
  const { fitView, getNode } = useReactFlow()
  const isReady = useNodesInitialized()
  useEffect(() => {
    if (id === undefined || !isReady) return
    const line = findEdge(flow, id)?.edge
    const nodes = (line ? [line.from, line.to] : [id]).filter((one) => getNode(one))
    if (nodes.length > 0) {
      void fitView({ nodes: nodes.map((one) => ({ id: one })), maxZoom: 0.9, padding: 1.2 })
    }
  }, [id, flow, isReady, fitView, getNode])
  return null
}
