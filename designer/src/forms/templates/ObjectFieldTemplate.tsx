import type { ObjectFieldTemplateProps } from "@rjsf/utils"

/** Fields one below the other; a group inside a form has a heading and a line at its side. */
export function ObjectFieldTemplate(props: ObjectFieldTemplateProps) {
  const fields = props.properties.map((each) => <div key={each.name}>{each.content}</div>)
  const path = props.fieldPathId.path
  if (path.length === 0 || typeof path.at(-1) === "number")
    return <div className="fields">{fields}</div>
  return (
    <fieldset className="field-group">
      {props.title && <legend>{props.title}</legend>}
      {props.schema.description && <div className="field-help">{props.schema.description}</div>}
      <div className="fields">{fields}</div>
    </fieldset>
  )
}
