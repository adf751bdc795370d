import { Alert, Descriptions, Empty, Tag, Tree } from "antd"
import { useTranslation } from "react-i18next"
import type { Block, Schema } from "@/flow/catalog"
import { plainTitle } from "@/flow/conditions/say"
import { sayValueShort, valueAt } from "@/flow/scope"
import { CopyText } from "@/ui/CopyText"
import { JsonView } from "@/ui/JsonView"
import { useEditorSession } from "../context"
import { type TraceStep, waysOf } from "../lights"
import type { Scope } from "./useScope"

interface Props {
  id: string
  block: Block | undefined
  scope: Scope
}

/** What this step did in the test run; what later steps can read of it, and what it can read. */
export function OutputView({ id, block, scope }: Props) {
  const { t } = useTranslation()
  const traced = useEditorSession((session) => session.traced.get(id))
  const output = block?.output ?? undefined
  const path = `steps.${id}`
  const made = output?.properties ? branches(output, path, scope.sample) : []
  return (
    <div className="output-view">
      {traced && <Did step={traced} />}
      <h4>{t("editor.output.gives")}</h4>
      {made.length > 0 ? (
        <Tree treeData={made} selectable={false} defaultExpandAll />
      ) : (
        <Empty
          image={Empty.PRESENTED_IMAGE_SIMPLE}
          description={block?.output_varies ? t("editor.output.varies") : t("editor.output.none")}
        />
      )}
      <h4>{t("editor.output.reads")}</h4>
      {scope.schema && (
        <Tree treeData={branches(scope.schema, "", scope.sample)} selectable={false} />
      )}
    </div>
  )
}

/** What was asked for is seen: in a narrow panel it stands below the list. */
const intoView = (found: HTMLElement | null) => {
  found?.scrollIntoView({ block: "nearest" })
}

/** One step of a test run: how it ended and why, with which values, what it gave and sent. */
export function Did({ step }: { step: TraceStep }) {
  const { t } = useTranslation()
  const values = Object.entries(step.values ?? {})
  return (
    <section ref={intoView} className="did" aria-label={t("editor.didHere.title")}>
      <h4>
        {t("editor.didHere.title")} <Tag>{step.status_label}</Tag>
        {waysOf(step).length > 0 && <Tag color="blue">{waysOf(step).join(t("forms.and"))}</Tag>}
      </h4>
      {step.reason && <p>{step.reason}</p>}
      {step.error?.message && <Alert type="error" showIcon title={step.error.message} />}
      {values.length > 0 && (
        <Descriptions
          size="small"
          column={1}
          title={t("editor.didHere.values")}
          items={values.map(([name, value]) => ({
            key: name,
            label: name,
            children: sayValueShort(value),
          }))}
        />
      )}
      {step.effects.length > 0 && (
        <ul>
          {step.effects.map((effect, index) => (
            // Effects of one step have no name but their order.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <li key={index}>
              {[effect.connection, effect.action, effect.status].filter(Boolean).join(" · ")}
            </li>
          ))}
        </ul>
      )}
      {step.output !== null && step.output !== undefined && (
        <>
          <h5>{t("editor.didHere.output")}</h5>
          <JsonView value={step.output} />
        </>
      )}
    </section>
  )
}

interface Branch {
  key: string
  title: React.ReactNode
  children?: Branch[]
}

function branches(schema: Schema, path: string, sample: unknown, depth = 0): Branch[] {
  return Object.entries(schema.properties ?? {}).map(([name, inner]) => {
    const here = path ? `${path}.${name}` : name
    const below = depth < 6 ? branches(inner, here, sample, depth + 1) : []
    const value = sample === undefined ? undefined : valueAt(sample, here)
    return {
      key: here,
      title: (
        <span className="output-line">
          {plainTitle(inner.title, name)} <CopyText text={here} />
          {value !== undefined && typeof value !== "object" && (
            <i className="sample-value">{sayValueShort(value)}</i>
          )}
        </span>
      ),
      ...(below.length > 0 ? { children: below } : {}),
    }
  })
}
