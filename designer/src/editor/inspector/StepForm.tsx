import { Input, Segmented, Tag } from "antd"
import { useCallback, useMemo, useRef, useState } from "react"
import { useTranslation } from "react-i18next"
import type { FlowLock } from "@/api/types"
import type { Found } from "@/flow/graphs"
import { setConfig, setStep } from "@/flow/operations/settings"
import type { Problem } from "@/flow/types"
import { FormContextProvider } from "@/forms/context"
import { SchemaForm } from "@/forms/SchemaForm"
import { CopyText } from "@/ui/CopyText"
import { Icon } from "@/ui/Icon"
import { Markdown } from "@/ui/Markdown"
import { colorOf } from "../canvas/colors"
import { useDocument, useEditor, useEditorSession } from "../context"
import { withoutPlace } from "../panels/words"
import { AskChange, type Wished } from "./AskChange"
import { formSchemaOf, taken } from "./config"
import { Failing } from "./Failing"
import { Labelled } from "./Labelled"
import { OutputView } from "./OutputView"
import { usePreviewer } from "./previews"
import { pointerOf, useHeldBelow, valueAtPointer } from "./useFlowLocks"
import { useScope } from "./useScope"

type Tab = "form" | "failing" | "output" | "help"

/** Everything that can be set of one step. */
export function StepForm({ found }: { found: Found }) {
  const { node } = found
  const { store, blocks, catalog, flowKey } = useEditor()
  const { t } = useTranslation()
  const block = blocks.get(node.type)
  const [tab, setTab] = useState<Tab>("form")
  const visit = useRef(0)
  const readOnly = useEditorSession((session) => session.readOnly)
  const problems = useEditorSession((session) => session.problems.get(node.id))
  const scope = useScope(node.id)
  const said = useMemo(() => problemsOf(problems), [problems])
  const flow = useDocument((state) => state.flow)
  const preview = usePreviewer(node.id, scope.schema)
  const [wished, setWished] = useState<Wished | null>(null)
  const ask = useCallback(
    (lock: FlowLock) => {
      const { owner, pointer, until } = lock
      const now = valueAtPointer(store.getState().flow, pointer)
      setWished({ of: "flow", pointer, owner, until, now })
    },
    [store],
  )
  const locks = useHeldBelow(`${pointerOf(flow, node.id)}/config`, node.config, ask)
  const surroundings = useMemo(
    () => ({ catalog, scope: scope.schema, sample: scope.sample, problems: said, preview, locks }),
    [catalog, scope, said, preview, locks],
  )
  const schema = useMemo(() => (block ? formSchemaOf(block) : null), [block])
  const edit = store.getState().edit
  // One visit of one field is one step to undo.
  const mergeKey = (name: string) => `${node.id} ${name} ${visit.current}`
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only counts visits of fields
    <div className="step-form" onFocus={() => (visit.current += 1)}>
      <header style={{ "--group": colorOf(block, catalog) } as React.CSSProperties}>
        <span className="tile">
          <Icon svg={block?.icon ?? ""} size={18} />
        </span>
        <Input
          variant="borderless"
          className="step-name"
          aria-label={t("editor.inspector.name")}
          placeholder={block?.label ?? node.type}
          value={node.name ?? ""}
          maxLength={120}
          disabled={readOnly}
          onChange={(event) =>
            edit("rename", setStep(node.id, { name: event.target.value }), mergeKey("name"))
          }
        />
      </header>
      <div className="step-id">
        <Tag>{block?.label ?? node.type}</Tag>
        <CopyText text={node.id} />
      </div>
      <Segmented<Tab>
        block
        value={tab}
        onChange={setTab}
        options={[
          { value: "form", label: t("editor.inspector.form") },
          { value: "failing", label: t("editor.inspector.failing") },
          { value: "output", label: t("editor.inspector.output") },
          { value: "help", label: t("editor.inspector.help") },
        ]}
      />
      <div className="scroll">
        {tab === "form" && !block && <p>{t("editor.canvas.unknownBlock")}</p>}
        {tab === "form" && block && schema && (
          <FormContextProvider value={surroundings}>
            <SchemaForm
              isPart
              schema={schema as Record<string, unknown>}
              value={node.config ?? {}}
              isReadOnly={readOnly}
              problems={said}
              onChange={(value) => {
                const next = taken(value, node.config ?? {}, block)
                if (next) edit("config", setConfig(node.id, next, blocks), mergeKey("config"))
              }}
            />
          </FormContextProvider>
        )}
        {tab === "form" && (
          <div className="step-note">
            <Labelled label={t("editor.inspector.note")}>
              <Input.TextArea
                autoSize={{ minRows: 1, maxRows: 6 }}
                maxLength={2000}
                value={node.note ?? ""}
                disabled={readOnly}
                onChange={(event) =>
                  edit("note", setStep(node.id, { note: event.target.value }), mergeKey("note"))
                }
              />
            </Labelled>
          </div>
        )}
        {tab === "failing" && <Failing found={found} block={block} mergeKey={mergeKey} />}
        {tab === "output" && <OutputView id={node.id} block={block} scope={scope} />}
        {tab === "help" && block && <Markdown text={block.help} skipTitle />}
      </div>
      {wished && <AskChange flowKey={flowKey} wished={wished} onClose={() => setWished(null)} />}
    </div>
  )
}

/** Problems of the config, with pointers into it. */
function problemsOf(problems: readonly Problem[] | undefined) {
  return (problems ?? []).flatMap((one) => {
    const cut = one.path.lastIndexOf("/config/")
    if (cut < 0) return []
    const path = one.path.slice(cut + "/config".length)
    const [message, message_zh] = [withoutPlace(one.message), withoutPlace(one.message_zh)]
    return [{ ...one, path, message, message_zh }]
  })
}
