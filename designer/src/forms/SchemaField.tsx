import { getDefaultRegistry } from "@rjsf/core"
import type { FieldProps } from "@rjsf/utils"
import type { FormSchema } from "./schema"
import { widgetOf } from "./widgets"

const { SchemaField: Default } = getDefaultRegistry().fields

/** Draws a value with our widget where there is one for it; nested fields the library draws. */
export function SchemaField(props: FieldProps) {
  const schema = props.registry.schemaUtils.retrieveSchema(props.schema, props.formData)
  if (!Default) return null
  if (!widgetOf(schema as FormSchema)) return <Default {...props} />
  const uiSchema = {
    ...props.uiSchema,
    "ui:field": WidgetField,
    "ui:fieldReplacesAnyOrOneOf": true,
  }
  return <Default {...props} schema={schema} uiSchema={uiSchema} />
}

function WidgetField(props: FieldProps) {
  const schema = props.schema as FormSchema
  const Widget = widgetOf(schema)
  if (!Widget) return null
  const path = props.fieldPathId.path
  return (
    <Widget
      schema={schema}
      value={props.formData}
      onChange={(value) => props.onChange(value, path)}
      id={props.fieldPathId.$id}
      label={schema.title ?? props.name}
      isReadOnly={(props.readonly || props.disabled || schema.readOnly) ?? false}
      isRequired={props.required ?? false}
      hasFault={(props.rawErrors?.length ?? 0) > 0}
      path={path}
    />
  )
}
