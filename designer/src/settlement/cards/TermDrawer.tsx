import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { App, Button, Drawer, Flex, Switch, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { SplitPlan, Term } from "@/api/types"
import { Bound } from "./Bound"
import { ConditionField } from "./ConditionField"
import { freeId, lockInside, lockOn, rulesOf, useDesk } from "./desk"
import { ChoiceField, TextField } from "./fields"
import { SourceFields } from "./SourceFields"
import { SplitEditor } from "./SplitEditor"
import { BaseFields, Rounding, TimeFields } from "./TermFields"
import { wordOf } from "./words"

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
        <BaseFields at={at} />
      </section>
      <section className="part">
        {part(t("rates.term.time"), t("rates.term.timeAbout"))}
        <TimeFields term={term} at={at} />
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
