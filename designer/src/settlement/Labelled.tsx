import { type ReactNode, useId } from "react"

interface Props {
  label: string
  /** Beside the control instead of above it. */
  isInline?: boolean
  children: (id: string) => ReactNode
}

/** A control outside of a form, with the label that belongs to it. */
export function Labelled({ label, isInline = false, children }: Props) {
  const id = useId()
  return (
    <div className={isInline ? "labelled" : "bound"}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}
