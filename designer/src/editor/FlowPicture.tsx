import { ReactFlow, ReactFlowProvider } from "@xyflow/react"
import "@xyflow/react/dist/style.css"
import "./canvas/canvas.css"
import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { blocksOf, type Catalog } from "@/flow/catalog"
import type { Mark } from "@/flow/diff"
import type { Flow } from "@/flow/types"
import { type CanvasNode, Drawing } from "./canvas/toReactFlow"
import { EDGE_DEFAULTS, EDGE_TYPES, NODE_TYPES } from "./canvas/types"
import { EditorContext, type EditorParts } from "./context"
import { createDrag, createSession, type Light, NO_DRAG } from "./session"
import { createFlowStore } from "./store"

interface Props {
  flow: Flow
  catalog: Catalog
  marks?: ReadonlyMap<string, Mark> | undefined
  lights?: ReadonlyMap<string, Light> | undefined
  onStep?: ((id: string) => void) | undefined
}

/** A flow to look at: the same cards and lines as on the canvas, nothing can be changed. */
export function FlowPicture({ flow, catalog, marks, lights, onStep }: Props) {
  const { t } = useTranslation()
  const parts: EditorParts = useMemo(
    () => ({
      flowKey: flow.key,
      catalog,
      blocks: blocksOf(catalog),
      session: createSession(true),
      store: createFlowStore(flow),
      drag: createDrag(),
      view: { current: null },
    }),
    [flow, catalog],
  )
  useMemo(() => {
    parts.session.setState({ marks: marks ?? new Map(), lights: lights ?? new Map() })
  }, [parts, marks, lights])
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
        <div className="canvas is-picture">
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
          />
        </div>
      </ReactFlowProvider>
    </EditorContext.Provider>
  )
}
