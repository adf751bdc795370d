import { type ComponentType, createContext, type ReactNode, useContext } from "react"
import type { ProblemItem } from "@/api/types"

export interface FormProps {
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

const Outer = createContext<ComponentType<FormProps> | null>(null)

/** Every form says here what draws the parts inside of it. */
export const FormOfParts = Outer.Provider

/** A widget's form within the form the widget stands in, drawn by the same. */
export function PartForm(props: Omit<FormProps, "isPart">) {
  const Form = useContext(Outer)
  if (!Form) throw new Error("a part of a form stands in a form")
  return <Form {...props} isPart />
}
