import { Skeleton } from "antd"
import { lazy, Suspense, useEffect } from "react"
import { useTranslation } from "react-i18next"
import { findEdge, findNode } from "@/flow/graphs"
import { useDocument, useEditorSession } from "../context"
import { FlowForm } from "./FlowForm"
import { LineForm } from "./LineForm"

// The form library is large: it comes when the canvas stands.
const load = () => import("./StepForm")
const StepForm = lazy(() => load().then((found) => ({ default: found.StepForm })))

/** The panel at the right: the form of what is selected, else of the flow itself. */
export function Inspector() {
  const { t } = useTranslation()
  const flow = useDocument((state) => state.flow)
  const selected = useEditorSession((session) => session.selected)
  const [only, more] = selected
  const step = more === undefined && only !== undefined ? findNode(flow, only) : undefined
  const line = more === undefined && only !== undefined ? findEdge(flow, only) : undefined
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), 1_500)
    return () => clearTimeout(timer)
  }, [])
  return (
    <aside className="inspector" aria-label={t("editor.inspector.title")}>
      {step ? (
        <Suspense fallback={<Skeleton active className="step-form" title={false} />}>
          <StepForm key={step.node.id} found={step} />
        </Suspense>
      ) : line ? (
        <LineForm key={line.edge.id} line={line} />
      ) : selected.size > 1 ? (
        <p className="several">{t("editor.inspector.several", { count: selected.size })}</p>
      ) : (
        <FlowForm />
      )}
    </aside>
  )
}
