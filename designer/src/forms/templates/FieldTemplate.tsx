import { LockOutlined } from "@ant-design/icons"
import type { FieldTemplateProps } from "@rjsf/utils"
import { Tooltip } from "antd"
import { useTranslation } from "react-i18next"
import { Markdown } from "@/ui/Markdown"
import { lockOver } from "../flow/locks"
import { Padlock } from "../flow/Padlock"
import { useFlowSurroundings } from "../flow/surroundings"
import type { FormSchema } from "../schema"
import { widgetOf } from "../widgets"

/** Label, widget, help, faults. What is nested brings its own heading. */
export function FieldTemplate(props: FieldTemplateProps) {
  const { t } = useTranslation()
  const { id, label, required, rawErrors = [], hidden, children } = props
  const schema = props.schema as FormSchema
  const { locks } = useFlowSurroundings()
  if (hidden) return <div hidden>{children}</div>
  const isLeaf = widgetOf(schema) !== undefined
  const faults = [...new Set(rawErrors)]
  const lock = isLeaf ? lockOver(locks, props.fieldPathId.path) : undefined
  const isInList = typeof props.fieldPathId.path.at(-1) === "number"
  return (
    <div className="field">
      {isLeaf && !isInList && (
        <label htmlFor={id} className="field-label">
          {label}
          {required ? (
            <span className="field-needed" aria-hidden>
              *
            </span>
          ) : (
            schema.type !== "boolean" &&
            schema.default === undefined && (
              <span className="field-optional">{t("word.optional")}</span>
            )
          )}
          {schema["x-lock"] && (
            <Tooltip title={t("forms.lockable")}>
              <LockOutlined className="field-lock" aria-label={t("forms.lockable")} />
            </Tooltip>
          )}
        </label>
      )}
      {lock && <Padlock lock={lock} />}
      {children}
      {isLeaf && schema.description && (
        <div className="field-help">
          <Markdown text={schema.description} />
        </div>
      )}
      {isLeaf && faults.length > 0 && (
        <div className="field-fault" role="alert">
          {faults.join(t("forms.and"))}
        </div>
      )}
    </div>
  )
}
