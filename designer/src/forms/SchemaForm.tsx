import { Theme } from "@rjsf/antd"
import { withTheme } from "@rjsf/core"
import type { RJSFSchema } from "@rjsf/utils"
import { type ReactNode, useMemo } from "react"
import { useTranslation } from "react-i18next"
import type { ProblemItem } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { SchemaField } from "./SchemaField"
import { type FormSchema, prepare } from "./schema"
import { ArrayFieldItemTemplate, ArrayFieldTemplate } from "./templates/ArrayFieldTemplate"
import { FieldTemplate } from "./templates/FieldTemplate"
import { ObjectFieldTemplate } from "./templates/ObjectFieldTemplate"
import { asTree, validator } from "./validator"
import "./forms.css"
import "./flow/flow-forms.css"

const Form = withTheme(Theme)
const FIELDS = { SchemaField }
const TEMPLATES = {
  FieldTemplate,
  ObjectFieldTemplate,
  ArrayFieldTemplate,
  ArrayFieldItemTemplate,
  ErrorListTemplate: () => null,
}

interface Props {
  /** As the server sends it, in one language or in both. */
  schema: Record<string, unknown>
  value: unknown
  onChange: (value: unknown) => void
  /** Called with a value the schema accepts. */
  onSubmit?: (value: unknown) => void
  /** What the server said; paths are pointers into the value. */
  problems?: readonly Pick<ProblemItem, "path" | "message" | "message_zh">[]
  isReadOnly?: boolean
  /** A button anywhere on the page submits it by `form={id}`. */
  id?: string
  /** Inside another form: no `form` element, so Enter submits nothing. */
  isPart?: boolean
  /** Faults at every change instead of at submitting. */
  isLive?: boolean
  children?: ReactNode
}

/** A form drawn from JSON Schema, with our widgets. */
export function SchemaForm(props: Props) {
  const { i18n } = useTranslation()
  const isEnglish = i18n.language === "en"
  const schema = useMemo(
    () => prepare(props.schema as FormSchema, isEnglish) as RJSFSchema,
    [props.schema, isEnglish],
  )
  const faults = useMemo(() => {
    const said = (props.problems ?? []).map((each) => ({
      path: each.path,
      message: languageNow() === "en" ? each.message : each.message_zh || each.message,
    }))
    return asTree(said)
  }, [props.problems])
  return (
    <Form
      schema={schema}
      formData={props.value}
      validator={validator}
      fields={FIELDS}
      templates={TEMPLATES}
      extraErrors={faults}
      readonly={props.isReadOnly ?? false}
      noHtml5Validate
      showErrorList={false}
      focusOnFirstError
      experimental_defaultFormStateBehavior={{ emptyObjectFields: "skipEmptyDefaults" }}
      {...(props.isLive ? { liveValidate: "onChange" as const } : {})}
      {...(props.isPart ? { tagName: "div" as const } : {})}
      {...(props.id ? { id: props.id } : {})}
      onChange={(event) => props.onChange(event.formData)}
      onSubmit={(event) => props.onSubmit?.(event.formData)}
    >
      {props.children ?? <span hidden />}
    </Form>
  )
}
