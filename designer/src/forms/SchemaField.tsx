import { getDefaultRegistry } from "@rjsf/core"
import type { FieldProps } from "@rjsf/utils"
import { lockOver } from "./flow/locks"
import { useFlowSurroundings } from "./flow/surroundings"
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
  const { locks } = useFlowSurroundings()
  const path = props.fieldPathId.path
  if (!Widget) return null
  const isLocked = lockOver(locks, path) !== undefined
  return (
    <Widget
      schema={schema}
      value={props.formData}
      onChange={(value) => props.onChange(value, path)}
      id={props.fieldPathId.$id}
      label={schema.title ?? props.name}
      isReadOnly={isLocked || ((props.readonly || props.disabled || schema.readOnly) ?? false)}
      isRequired={props.required ?? false}
      hasFault={(props.rawErrors?.length ?? 0) > 0}
      path={path}
    />
  )
}
