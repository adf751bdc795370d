import { Theme } from "@rjsf/antd"
import { withTheme } from "@rjsf/core"
import type { RJSFSchema } from "@rjsf/utils"
import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { languageNow } from "@/text/set-up"
import { FormOfParts, type FormProps } from "./PartForm"
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

/** A form drawn from JSON Schema, with our widgets. */
export function SchemaForm(props: FormProps) {
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
    <FormOfParts value={SchemaForm}>
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
    </FormOfParts>
  )
}
