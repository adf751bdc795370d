import type { ReactNode } from "react"
import { Condition } from "@/forms/widgets/Condition"
import { Bound } from "./Bound"
import "@/forms/forms.css"
import "@/forms/flow/flow-forms.css"

const NULLABLE = { "x-nullable": true }

/** A condition on order, line, customer, product and party: rows, or a formula. */
export function ConditionField({
  at,
  label,
  help,
}: {
  at: string
  label?: string
  help?: ReactNode
}) {
  return (
    <Bound at={at} label={label} help={help} className="bound-wide">
      {(field) => (
        <Condition
          schema={NULLABLE}
          value={field.value ?? null}
          onChange={(value) => field.set(value ?? undefined)}
          id={field.id}
          label={field.label}
          isReadOnly={field.isDisabled}
          isRequired={false}
          hasFault={field.status === "error"}
          path={[]}
        />
      )}
    </Bound>
  )
}
