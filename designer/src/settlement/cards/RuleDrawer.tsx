import { CopyOutlined, DeleteOutlined } from "@ant-design/icons"
import { App, Button, Drawer, Flex, Select, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { Rule } from "@/api/types"
import { Bound } from "./Bound"
import { ConditionField } from "./ConditionField"
import { freeId, lockInside, lockOn, rulesOf, useDesk } from "./desk"
import { ChoiceField, EdgeField, Figure, TextField, WholeField } from "./fields"
import { LAYERS, type Layer, layerOf } from "./layers"
import { MatchFields } from "./MatchFields"
import { ModelFields } from "./ModelFields"
import { inLayer, withOp } from "./models"
import { Sums } from "./Sums"

interface Props {
  rule: Rule
  open: (id: string) => void
  close: () => void
}

/** One rule: where it stands, what it gives, for whom and when. */
export function RuleDrawer({ rule, open, close }: Props) {
  const { t } = useTranslation()
  const desk = useDesk()
  const at = `/rules/${rule.id}`
  const layer = layerOf(rule)
  const op = rule.op ?? "replace"
  const campaigns = desk.document.campaigns ?? []
  const setRule = (next: Rule) => desk.set(at, next)
  return (
    <Drawer
      open
      size={800}
      title={t("rateWords.place.rule", { name: rule.name })}
      onClose={close}
      extra={<Extras rule={rule} open={open} close={close} />}
    >
      <div className="bound-grid">
        <TextField at={`${at}/name`} />
        <Bound at={`${at}/term`}>
          {(field) => (
            <Select
              id={field.id}
              className="wide"
              value={rule.term}
              disabled={field.isDisabled}
              status={field.status}
              options={desk.document.terms.map((term) => ({ value: term.key, label: term.name }))}
              onChange={field.set}
            />
          )}
        </Bound>
        <ChoiceField
          at={`${at}/layer`}
          group="layer"
          names={LAYERS}
          preset="base"
          set={(next) => setRule(inLayer(rule, next as Layer, campaigns[0]?.key))}
        />
        {layer === "campaign" && (
          <Bound at={`${at}/campaign`} help={campaigns.length === 0 && t("rates.rule.noCampaign")}>
            {(field) => (
              <Select
                id={field.id}
                className="wide"
                value={rule.campaign ?? null}
                disabled={field.isDisabled}
                status={field.status}
                options={campaigns.map((one) => ({ value: one.key, label: one.name }))}
                onChange={field.set}
              />
            )}
          </Bound>
        )}
        {layer !== "base" && (
          <ChoiceField
            at={`${at}/op`}
            group="op"
            names={["replace", "add", "multiply"]}
            preset="replace"
            isSegmented
            set={(next) => setRule(withOp(rule, next as "add"))}
          />
        )}
      </div>
      <section className="part gives">
        <Typography.Title level={3}>{t("rates.rule.gives")}</Typography.Title>
        {op === "replace" ? (
          <ModelFields rule={rule} />
        ) : (
          <>
            <Bound
              at={`${at}/by`}
              label={t(op === "add" ? "rates.rule.addBy" : "rates.rule.multiplyBy")}
              help={t(op === "add" ? "rates.rule.addHelp" : "rates.rule.multiplyHelp")}
            >
              {(field) => <Figure field={field} />}
            </Bound>
            <Sums rule={rule} rules={rulesOf(desk.document)} most={12} />
          </>
        )}
      </section>
      <MatchFields rule={rule} />
      <section className="part">
        <ConditionField at={`${at}/when`} label={t("rates.rule.when")} />
      </section>
      <section className="part">
        <Typography.Title level={3}>{t("rates.rule.time")}</Typography.Title>
        {layer === "campaign" && (
          <Typography.Paragraph type="secondary">{t("rates.rule.ownDates")}</Typography.Paragraph>
        )}
        <div className="bound-grid">
          <EdgeField at={`${at}/starts`} />
          <EdgeField at={`${at}/ends`} help={t("rates.rule.endsHelp")} />
          <WholeField
            at={`${at}/priority`}
            min={-1000}
            max={1000}
            help={t("rates.rule.priorityHelp")}
          />
        </div>
      </section>
    </Drawer>
  )
}

function Extras({ rule, open, close }: Props) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const desk = useDesk()
  if (desk.isReadOnly) return null
  const at = `/rules/${rule.id}`
  const isHeld = lockOn(desk, at) ?? lockInside(desk, at)
  const copy = () => {
    const id = freeId(
      rulesOf(desk.document).map((one) => one.id),
      rule.id,
    )
    desk.set(`/rules/${id}`, { ...rule, id, name: t("rates.copyOf", { name: rule.name }) })
    open(id)
  }
  return (
    <Flex gap={8}>
      <Button icon={<CopyOutlined />} onClick={copy}>
        {t("rates.rule.copy")}
      </Button>
      <Button
        danger
        icon={<DeleteOutlined />}
        disabled={Boolean(isHeld)}
        title={isHeld ? t("rates.lock.locked") : undefined}
        onClick={() =>
          void modal.confirm({
            title: t("rates.rule.removeTitle", { name: rule.name }),
            content: t("rates.rule.removeAbout"),
            okText: t("rates.rule.remove"),
            okButtonProps: { danger: true },
            cancelText: t("word.cancel"),
            onOk: () => {
              close()
              desk.set(at, undefined)
            },
          })
        }
      >
        {t("rates.rule.remove")}
      </Button>
    </Flex>
  )
}
