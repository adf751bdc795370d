import { Checkbox, Switch } from "antd"
import { useTranslation } from "react-i18next"
import type { Term } from "@/api/types"
import { rateWords } from "@/text/zh-CN/rateWords"
import { Bound } from "./Bound"
import { ChoiceField, SwitchField, WholeField } from "./fields"
import { TickFields } from "./TickFields"
import { wordOf } from "./words"

const FEES = Object.keys(rateWords.fee)
// A field, the group of the vocabulary its names come from, and what holds where none is written.
const TIMES = [
  { field: "rate_on", group: "rateOn", names: ["created", "paid", "earned"], preset: "paid" },
  {
    field: "window",
    group: "window",
    names: Object.keys(rateWords.window),
    preset: "month",
    help: "rates.term.windowHelp",
  },
  {
    field: "period",
    group: "period",
    names: Object.keys(rateWords.period),
    preset: "month",
    help: "rates.term.periodHelp",
  },
  { field: "counts", group: "counts", names: ["orders", "lines", "pieces"], preset: "orders" },
  {
    field: "totals",
    group: "totals",
    names: ["party", "parent", "qualify_parent"],
    preset: "party",
  },
] as const
const ROUNDING = [
  { field: "mode", group: "mode", names: ["half_up", "down", "half_even"], preset: "half_up" },
  { field: "grain", group: "grain", names: ["line", "order", "period"], preset: "period" },
] as const

/** What rates are applied to: the price it starts from, what is added and what is taken off. */
export function BaseFields({ at }: { at: string }) {
  const { t } = useTranslation()
  return (
    <>
      <div className="bound-grid">
        <ChoiceField
          at={`${at}/base/from`}
          group="from"
          names={["paid", "list", "none"]}
          preset="paid"
        />
        <SwitchField at={`${at}/base/cost`} help={t("rates.term.costHelp")} />
        <SwitchField at={`${at}/base/refunds`} preset />
      </div>
      <div className="bound-grid part">
        <TickFields at={`${at}/base/plus`} help={t("rates.term.plusHelp")} />
        <TickFields at={`${at}/base/minus`} help={t("rates.term.minusHelp")} />
        <Bound at={`${at}/base/fees`} help={t("rates.term.feesHelp")}>
          {(field) => (
            <Checkbox.Group
              className="act-list"
              value={Array.isArray(field.value) ? (field.value as string[]) : []}
              disabled={field.isDisabled}
              options={FEES.map((value) => ({ value, label: wordOf(t, "fee", value) }))}
              onChange={(next) => field.set(next.length > 0 ? next : undefined)}
            />
          )}
        </Bound>
      </div>
    </>
  )
}

/** When it counts, over which window, and how often it is paid. */
export function TimeFields({ term, at }: { term: Term; at: string }) {
  const { t } = useTranslation()
  return (
    <div className="bound-grid">
      <ChoiceField
        at={`${at}/moment/when`}
        label={wordOf(t, "field", "moment")}
        group="moment"
        names={["paid", "delivered", "after_sales", "platform_settled"]}
        preset="paid"
      />
      {term.moment?.when === "after_sales" && (
        <WholeField at={`${at}/moment/days`} label={t("rates.term.days")} min={0} max={365} />
      )}
      {TIMES.map(({ field, ...choice }) => (
        <ChoiceField
          key={field}
          at={`${at}/${field}`}
          {...choice}
          help={"help" in choice && t(choice.help)}
        />
      ))}
    </div>
  )
}

/** How amounts are rounded; a term without its own takes the card's. */
export function Rounding({ at, hasOwn }: { at: string; hasOwn: boolean }) {
  const { t } = useTranslation()
  return (
    <>
      <Bound at={at} isOuter label={t("rates.term.ownRounding")}>
        {(field) => (
          <Switch
            id={field.id}
            checked={hasOwn}
            disabled={field.isDisabled}
            onChange={(isOn) => field.set(isOn ? { mode: "half_up" } : undefined)}
          />
        )}
      </Bound>
      {hasOwn && <RoundingFields at={at} />}
    </>
  )
}

export function RoundingFields({ at }: { at: string }) {
  return ROUNDING.map(({ field, ...choice }) => (
    <ChoiceField key={field} at={`${at}/${field}`} {...choice} />
  ))
}
