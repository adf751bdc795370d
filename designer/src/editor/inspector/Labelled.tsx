import { cloneElement, type ReactElement, useId } from "react"

/** A field with its label above it. */
export function Labelled(props: { label: string; children: ReactElement<{ id?: string }> }) {
  const id = useId()
  return (
    <div className="labelled">
      <label htmlFor={id}>{props.label}</label>
      {cloneElement(props.children, { id })}
    </div>
  )
}
