import { Flex, Typography } from "antd"
import { type ReactNode, useId } from "react"
import { useTranslation } from "react-i18next"
import { messageOf } from "@/api/Fault"
import { lockOn, useDesk } from "./desk"
import { LockMark } from "./LockMark"
import { isWithin, valueAt } from "./pointer"
import { wordOf } from "./words"

export interface BoundField {
  id: string
  label: string
  value: unknown
  set: (value: unknown) => void
  isDisabled: boolean
  status: "" | "error" | "warning"
}

interface Props {
  at: string
  label?: string
  help?: ReactNode
  /** Problems of this value alone; those of what lies in it are shown there. */
  isOuter?: boolean
  className?: string
  /** Draws the control in a change request where the field's own shows only a part of the value. */
  asking?: (field: BoundField) => ReactNode
  children: (field: BoundField) => ReactNode
}

/** A value of the card with its label, its lock-mark and what is wrong with it. */
export function Bound({ at, label, help, isOuter = false, className, asking, children }: Props) {
  const { t } = useTranslation()
  const desk = useDesk()
  const id = useId()
  const name = label ?? wordOf(t, "field", at.split("/").at(-1) ?? "")
  const lock = lockOn(desk, at)
  const problems = desk.problems.filter((one) => (isOuter ? one.at === at : isWithin(at, one.at)))
  const hasError = problems.some((one) => one.problem.level === "error")
  const field = (value: unknown, set: (value: unknown) => void, isDisabled: boolean) => ({
    id,
    label: name,
    value,
    set,
    isDisabled,
    status: hasError ? ("error" as const) : ("" as const),
  })
  return (
    <div className={`bound ${className ?? ""}`}>
      <Flex gap={4} align="center" className="bound-head">
        <label htmlFor={id}>{name}</label>
        <LockMark at={at} label={name}>
          {(value, set) => (asking ?? children)({ ...field(value, set, false), id: `${id}-new` })}
        </LockMark>
      </Flex>
      {children(
        field(
          valueAt(desk.document, at),
          (value) => desk.set(at, value),
          desk.isReadOnly || lock !== undefined,
        ),
      )}
      {help && <Typography.Text type="secondary">{help}</Typography.Text>}
      {problems.map(({ problem }) => (
        <Typography.Text
          key={`${problem.path} ${problem.code}`}
          type={problem.level === "error" ? "danger" : "warning"}
          className="bound-problem"
        >
          {messageOf(problem)}
        </Typography.Text>
      ))}
    </div>
  )
}
