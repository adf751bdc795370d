import type { ComponentType } from "react"
import type { FormSchema } from "./schema"

/** What every widget gets. It shows `value` and calls `onChange`; label and faults stand around it. */
export interface WidgetProps {
  /** Of this very value: `$ref` and "or null" are already resolved. */
  schema: FormSchema
  value: unknown
  /** undefined takes the value away. */
  onChange: (value: unknown) => void
  /** For the `id` of what can be focused, so that the label belongs to it. */
  id: string
  label: string
  isReadOnly: boolean
  isRequired: boolean
  hasFault: boolean
  /** From the form's root to this value. */
  path: readonly (string | number)[]
}

export type Widget = ComponentType<WidgetProps>

/** What an emptied field becomes: null where the schema says so, else nothing at all. */
export function emptyOf(schema: FormSchema): null | undefined {
  return schema["x-nullable"] ? null : undefined
}
