import { lazy, Suspense, useRef } from "react"
import { useTranslation } from "react-i18next"
import { sayPath, sayValueShort, schemaAt, valueAt } from "@/flow/scope"
import type { CodeEditorProps } from "./CodeEditor"
import { DataPicker } from "./DataPicker"
import { useFlowSurroundings } from "./surroundings"

const CodeEditor = lazy(() => import("./CodeEditor"))

type Props = Omit<CodeEditorProps, "offer" | "insert">

/** A field of code: the editor, a button to pick data, and the value in the sample. */
export function CodeField(props: Props) {
  const { scope, sample, catalog } = useFlowSurroundings()
  const insert = useRef<((text: string) => void) | null>(null)
  const offer = { scope, language: catalog?.language }
  const put = (path: string) => insert.current?.(props.isTemplate ? `{{ ${path} }}` : path)
  return (
    <div className="code-field">
      <Suspense fallback={<div className="code-editor is-loading">{props.value}</div>}>
        <CodeEditor {...props} offer={offer} insert={insert} />
      </Suspense>
      <DataPicker onPick={put} isReadOnly={props.isReadOnly} />
      {!props.isTemplate && <Preview text={props.value} scope={scope} sample={sample} />}
    </div>
  )
}

const PATH = /^[\p{L}_$][\p{L}\p{N}_.]*$/u

/** What a plain name is and what it has in the sample; longer expressions are judged by the server. */
function Preview({
  text,
  scope,
  sample,
}: {
  text: string
  scope: object | undefined
  sample: unknown
}) {
  const { t } = useTranslation()
  const path = text.trim()
  if (!PATH.test(path) || path.startsWith("$")) return null
  const known = schemaAt(scope, path)
  const value = valueAt(sample, path)
  if (!known && value === undefined) return null
  return (
    <div className="code-preview">
      {sayPath(scope, path)}
      {value !== undefined && ` · ${t("editor.pick.value", { value: sayValueShort(value) })}`}
    </div>
  )
}
