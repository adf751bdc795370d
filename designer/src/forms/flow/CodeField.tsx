import { lazy, Suspense, useRef } from "react"
import { sayPath, schemaAt } from "@/flow/scope"
import type { CodeEditorProps } from "./CodeEditor"
import { DataPicker } from "./DataPicker"
import { Value } from "./Previewed"
import { useFlowSurroundings } from "./surroundings"
import { usePreview } from "./usePreview"

const CodeEditor = lazy(() => import("./CodeEditor"))

type Props = Omit<CodeEditorProps, "offer" | "insert" | "faultAt"> & {
  /** A condition tells its value itself, as a whole. */
  isCondition?: boolean
}

/** A field of code: the editor, a button to pick data, and the value in the sample. */
export function CodeField({ isCondition = false, ...props }: Props) {
  const { scope, catalog } = useFlowSurroundings()
  const isAsked = !props.isTemplate || props.value.includes("{{")
  const kind = isCondition ? "condition" : props.isTemplate ? "template" : "expression"
  const seen = usePreview(kind, isAsked ? props.value : null)
  const path = props.value.trim()
  const isName = !props.isTemplate && schemaAt(scope, path) !== undefined && path !== ""
  const insert = useRef<((text: string) => void) | null>(null)
  const offer = { scope, language: catalog?.language }
  const put = (path: string) => insert.current?.(props.isTemplate ? `{{ ${path} }}` : path)
  return (
    <div className="code-field">
      <Suspense fallback={<div className="code-editor is-loading">{props.value}</div>}>
        <CodeEditor {...props} offer={offer} insert={insert} faultAt={seen?.problem?.at ?? null} />
      </Suspense>
      <DataPicker onPick={put} isReadOnly={props.isReadOnly} />
      {(isName || (seen && !isCondition)) && (
        <div className="code-preview">
          {isName && sayPath(scope, path)} {!isCondition && <Value seen={seen} />}
        </div>
      )}
    </div>
  )
}
