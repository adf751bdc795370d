import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { App, Button, Checkbox, Drawer, Flex, Switch, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { SplitPlan, Term } from "@/api/types"
import { rateWords } from "@/text/zh-CN/rateWords"
import { Bound } from "./Bound"
import { ConditionField } from "./ConditionField"
import { freeId, lockInside, lockOn, rulesOf, useDesk } from "./desk"
import { ChoiceField, SwitchField, TextField, WholeField } from "./fields"
import { SourceFields } from "./SourceFields"
import { SplitEditor } from "./SplitEditor"
import { TickFields } from "./TickFields"
import { wordOf } from "./words"

const FEES = Object.keys(rateWords.fee)

/** What is owed: to whom, on which base, when it counts, over which window, paid how often. */
export function TermDrawer({ term, close }: { term: Term; close: () => void }) {
  const { t } = useTranslation()
  const at = `/terms/${term.key}`
  const part = (title: string, about?: string) => (
    <>
      <Typography.Title level={3}>{title}</Typography.Title>
      {about && <Typography.Paragraph type="secondary">{about}</Typography.Paragraph>}
    </>
  )
  return (
    <Drawer
      open
      size={760}
      title={t("rateWords.place.term", { name: term.name })}
      onClose={close}
      extra={<Remove term={term} close={close} />}
    >
      <div className="bound-grid">
        <TextField at={`${at}/name`} />
        <ChoiceField
          at={`${at}/direction`}
          group="direction"
          names={["pay", "charge"]}
          preset="pay"
        />
        <SourceFields
          at={`${at}/party`}
          label={t("rates.term.party")}
          help={t("rates.term.partyHelp")}
        />
        <SourceFields
          at={`${at}/bearer`}
          label={wordOf(t, "field", "bearer")}
          help={t("rates.term.bearerHelp")}
        />
      </div>
      <section className="part">
        {part(wordOf(t, "field", "base"), t("rates.term.baseAbout"))}
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
      </section>
      <section className="part">
        {part(t("rates.term.time"), t("rates.term.timeAbout"))}
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
          <ChoiceField
            at={`${at}/rate_on`}
            group="rateOn"
            names={["created", "paid", "earned"]}
            preset="paid"
          />
          <ChoiceField
            at={`${at}/window`}
            group="window"
            names={Object.keys(rateWords.window)}
            preset="month"
            help={t("rates.term.windowHelp")}
          />
          <ChoiceField
            at={`${at}/period`}
            group="period"
            names={Object.keys(rateWords.period)}
            preset="month"
            help={t("rates.term.periodHelp")}
          />
          <ChoiceField
            at={`${at}/counts`}
            group="counts"
            names={["orders", "lines", "pieces"]}
            preset="orders"
          />
          <ChoiceField
            at={`${at}/totals`}
            group="totals"
            names={["party", "parent", "qualify_parent"]}
            preset="party"
          />
        </div>
      </section>
      <section className="part">
        {part(wordOf(t, "field", "rounding"), t("rates.term.roundingAbout"))}
        <div className="bound-grid">
          <Rounding at={`${at}/rounding`} hasOwn={Boolean(term.rounding)} />
        </div>
      </section>
      <section className="part">
        <ConditionField at={`${at}/applies`} help={t("rates.term.appliesHelp")} />
      </section>
      <Exclusions term={term} />
      <Splitting term={term} />
    </Drawer>
  )
}

function Rounding({ at, hasOwn }: { at: string; hasOwn: boolean }) {
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
  return (
    <>
      <ChoiceField
        at={`${at}/mode`}
        group="mode"
        names={["half_up", "down", "half_even"]}
        preset="half_up"
      />
      <ChoiceField
        at={`${at}/grain`}
        group="grain"
        names={["line", "order", "period"]}
        preset="period"
      />
    </>
  )
}

/** Lines that do not count; the report numbers them. */
function Exclusions({ term }: { term: Term }) {
  const { t } = useTranslation()
  const desk = useDesk()
  const list = term.exclusions ?? []
  const at = `/terms/${term.key}/exclusions`
  const isFixed = desk.isReadOnly || lockOn(desk, at) !== undefined
  const add = () => {
    const id = freeId(
      list.map((one) => one.id),
      "exclusion",
    )
    desk.set(at, [...list, { id, name: t("rates.term.newExclusion"), when: { all: [] } }])
  }
  return (
    <section className="part">
      <Typography.Title level={3}>{wordOf(t, "field", "exclusions")}</Typography.Title>
      <Typography.Paragraph type="secondary">
        {t("rates.term.exclusionsAbout")}
      </Typography.Paragraph>
      <Flex vertical gap={16}>
        {list.map((one) => (
          <div key={one.id} className="rule-card">
            <Flex gap={8} align="end">
              <div className="wide">
                <TextField at={`${at}/${one.id}/name`} />
              </div>
              <Button
                danger
                icon={<DeleteOutlined />}
                aria-label={t("rates.term.removeExclusion", { name: one.name })}
                disabled={isFixed}
                onClick={() =>
                  desk.set(
                    at,
                    list.filter((other) => other !== one),
                  )
                }
              />
            </Flex>
            <ConditionField at={`${at}/${one.id}/when`} />
          </div>
        ))}
      </Flex>
      {!isFixed && (
        <Button className="section-head" icon={<PlusOutlined />} onClick={add}>
          {t("rates.term.addExclusion")}
        </Button>
      )}
    </section>
  )
}

const FIRST_SPLIT: SplitPlan = {
  shares: [
    { key: "creator", kind: "percent", value: "70" },
    { key: "agency", kind: "remaining" },
  ],
}

function Splitting({ term }: { term: Term }) {
  const { t } = useTranslation()
  return (
    <section className="part">
      <Bound at={`/terms/${term.key}/split`} help={t("rates.term.splitHelp")}>
        {(field) => (
          <>
            <Switch
              id={field.id}
              checked={Boolean(field.value)}
              disabled={field.isDisabled}
              onChange={(isOn) => field.set(isOn ? FIRST_SPLIT : undefined)}
            />
            {Boolean(field.value) && (
              <SplitEditor
                plan={field.value as SplitPlan}
                isDisabled={field.isDisabled}
                onChange={field.set}
              />
            )}
          </>
        )}
      </Bound>
    </section>
  )
}

function Remove({ term, close }: { term: Term; close: () => void }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const desk = useDesk()
  const at = `/terms/${term.key}`
  const own = rulesOf(desk.document).filter((rule) => rule.term === term.key)
  const isHeld = [at, ...own.map((rule) => `/rules/${rule.id}`)].some(
    (each) => lockOn(desk, each) ?? lockInside(desk, each),
  )
  if (desk.isReadOnly || desk.document.terms.length < 2) return null
  return (
    <Button
      danger
      icon={<DeleteOutlined />}
      disabled={isHeld}
      onClick={() =>
        void modal.confirm({
          title: t("rates.term.removeTitle", { name: term.name }),
          content: t("rates.term.removeAbout", { count: own.length }),
          okText: t("rates.term.remove"),
          okButtonProps: { danger: true },
          cancelText: t("word.cancel"),
          onOk: () => {
            close()
            desk.set("", {
              ...desk.document,
              terms: desk.document.terms.filter((one) => one.key !== term.key),
              rules: rulesOf(desk.document).filter((rule) => rule.term !== term.key),
            })
          },
        })
      }
    >
      {t("rates.term.remove")}
    </Button>
  )
}
