import { DatePicker, Input, InputNumber, Segmented, Select, Switch } from "antd"
import dayjs from "dayjs"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { Bound, type BoundField } from "./Bound"
import { wordOf } from "./words"

interface FieldProps {
  at: string
  label?: string
  help?: ReactNode
}

const text = (value: unknown) => (typeof value === "string" ? value : "")

export function TextField({ at, label, help, preset }: FieldProps & { preset?: string }) {
  return (
    <Bound at={at} label={label} help={help}>
      {(field) => (
        <Input
          id={field.id}
          value={text(field.value)}
          placeholder={preset}
          disabled={field.isDisabled}
          status={field.status}
          onChange={(event) => field.set(event.target.value || undefined)}
        />
      )}
    </Bound>
  )
}

/** A figure as an exact text; `unit` stands behind it. */
export function FigureField({ unit, ...props }: FieldProps & { unit?: string }) {
  return <Bound {...props}>{(field) => <Figure field={field} unit={unit} />}</Bound>
}

export function Figure({ field, unit }: { field: BoundField; unit?: string | undefined }) {
  return (
    <InputNumber<string>
      id={field.id}
      className="wide"
      // The text stays a text: a float would lose cents.
      stringMode
      value={text(field.value) === "" ? null : text(field.value)}
      disabled={field.isDisabled}
      status={field.status}
      {...(unit ? { suffix: unit } : {})}
      onChange={(value) => field.set(value === null || value === "" ? undefined : String(value))}
    />
  )
}

/** A whole number that stays a number. */
export function WholeField(props: FieldProps & { min?: number; max?: number }) {
  return (
    <Bound {...props}>
      {(field) => (
        <InputNumber
          id={field.id}
          className="wide"
          min={props.min}
          max={props.max}
          precision={0}
          value={typeof field.value === "number" ? field.value : 0}
          disabled={field.isDisabled}
          status={field.status}
          onChange={(value) => field.set(value || undefined)}
        />
      )}
    </Bound>
  )
}

interface ChoiceProps extends FieldProps {
  /** The group of the vocabulary the names come from. */
  group: string
  names: readonly string[]
  /** What holds where nothing is written. */
  preset: string
  isSegmented?: boolean
  set?: (value: string) => void
}

export function ChoiceField({ group, names, preset, isSegmented, set, ...props }: ChoiceProps) {
  const { t } = useTranslation()
  const options = names.map((value) => ({ value, label: wordOf(t, group, value) }))
  return (
    <Bound {...props}>
      {(field) =>
        isSegmented ? (
          <Segmented<string>
            id={field.id}
            aria-label={field.label}
            value={text(field.value) || preset}
            options={options}
            disabled={field.isDisabled}
            onChange={(value) => (set ?? field.set)(value)}
          />
        ) : (
          <Select
            id={field.id}
            className="wide"
            value={text(field.value) || preset}
            options={options}
            disabled={field.isDisabled}
            status={field.status}
            onChange={(value: string) => (set ?? field.set)(value)}
          />
        )
      }
    </Bound>
  )
}

export function SwitchField({ preset = false, ...props }: FieldProps & { preset?: boolean }) {
  return (
    <Bound {...props}>
      {(field) => (
        <Switch
          id={field.id}
          checked={typeof field.value === "boolean" ? field.value : preset}
          disabled={field.isDisabled}
          onChange={(value) => field.set(value === preset ? undefined : value)}
        />
      )}
    </Bound>
  )
}

/** A list of texts; suggestions may be typed over. */
export function TagsField({
  options,
  ...props
}: FieldProps & { options?: { value: string; label: string }[] }) {
  return (
    <Bound {...props}>
      {(field) => (
        <Select
          id={field.id}
          mode="tags"
          className="wide"
          tokenSeparators={[",", "，", ";", "；"]}
          value={Array.isArray(field.value) ? (field.value as string[]) : []}
          options={options ?? []}
          disabled={field.isDisabled}
          status={field.status}
          onChange={(value) => field.set(value.length > 0 ? value : undefined)}
        />
      )}
    </Bound>
  )
}

/** A day of the card's zone, or a moment to the minute. */
export function EdgeField(props: FieldProps) {
  const { t } = useTranslation()
  return (
    <Bound {...props}>
      {(field) => {
        const held = text(field.value)
        const isMoment = held.length > 10
        return (
          <div className="edge">
            <DatePicker
              id={field.id}
              className="wide"
              showTime={isMoment ? { format: "HH:mm" } : false}
              value={held ? dayjs(held) : null}
              disabled={field.isDisabled}
              status={field.status}
              onChange={(day) =>
                field.set(day ? (isMoment ? day.format() : day.format("YYYY-MM-DD")) : undefined)
              }
            />
            <Select
              aria-label={t("rates.rule.edgeKind", { label: field.label })}
              value={isMoment ? "moment" : "day"}
              disabled={field.isDisabled || !held}
              options={[
                { value: "day", label: t("rates.rule.day") },
                { value: "moment", label: t("rates.rule.moment") },
              ]}
              onChange={(kind) =>
                field.set(kind === "day" ? held.slice(0, 10) : dayjs(held).format())
              }
            />
          </div>
        )
      }}
    </Bound>
  )
}
