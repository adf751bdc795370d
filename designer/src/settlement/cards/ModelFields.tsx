import { Select, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { Rule, Tier } from "@/api/types"
import { Json } from "@/forms/widgets/Json"
import { Bound } from "./Bound"
import { ChainFields } from "./ChainFields"
import { useDesk } from "./desk"
import { ChoiceField, FigureField, SwitchField, TextField } from "./fields"
import { KINDS, type Kind, type Model, modelOf } from "./models"
import { OptionalPart } from "./OptionalPart"
import { Readings } from "./Readings"
import { TierTable } from "./TierTable"
import { wordOf } from "./words"

/** How a rule prices: its kind in plain words, and that kind's figures. */
export function ModelFields({ rule }: { rule: Rule }) {
  const { t } = useTranslation()
  const at = `/rules/${rule.id}/model`
  const model = rule.model
  return (
    <>
      <Bound
        at={at}
        isOuter
        help={model && wordOf(t, "modelAbout", model.kind ?? "percentage")}
        asking={(field) => (
          <Json
            schema={{}}
            value={field.value}
            onChange={field.set}
            id={field.id}
            label={field.label}
            isReadOnly={false}
            isRequired
            hasFault={false}
            path={[]}
          />
        )}
      >
        {(field) => (
          <Select<Kind>
            id={field.id}
            className="wide"
            value={model?.kind}
            disabled={field.isDisabled}
            status={field.status}
            options={KINDS.map((kind) => ({ value: kind, label: wordOf(t, "model", kind) }))}
            optionRender={({ value }) => (
              <>
                {wordOf(t, "model", String(value))}
                <br />
                <Typography.Text type="secondary">
                  {wordOf(t, "modelAbout", String(value))}
                </Typography.Text>
              </>
            )}
            onChange={(kind) => field.set(modelOf(kind, model))}
          />
        )}
      </Bound>
      {model && <Figures at={at} model={model} ruleId={rule.id} />}
      {model && <Limits at={at} model={model} />}
    </>
  )
}

function Figures({ at, model, ruleId }: { at: string; model: Model; ruleId: string }) {
  const { t } = useTranslation()
  const { currency } = useDesk()
  if (model.kind === "graduated" || model.kind === "volume")
    return <TierFields at={at} model={model} ruleId={ruleId} />
  if (model.kind === "chain") return <ChainFields at={at} hasCeiling={Boolean(model.ceiling)} />
  return (
    <div className="bound-grid">
      {model.kind === "percentage" && (
        <>
          <FigureField at={`${at}/percent`} unit="%" help={t("rates.rule.zeroIsFree")} />
          <FigureField at={`${at}/free_amount`} unit={currency} />
          <FigureField at={`${at}/fee`} unit={currency} />
          <FigureField at={`${at}/free_count`} />
        </>
      )}
      {model.kind === "per_unit" && (
        <FigureField
          at={`${at}/amount`}
          label={wordOf(t, "field", "amount_per_unit")}
          unit={currency}
        />
      )}
      {model.kind === "flat" && <FlatFields at={at} hasPromise={Boolean(model.promise)} />}
      {(model.kind === "package" || model.kind === "blocks") && (
        <>
          <ChoiceField
            at={`${at}/by`}
            label={t("rates.rule.countedBy")}
            group="by"
            names={["amount", "count"]}
            preset={model.kind === "package" ? "count" : "amount"}
          />
          <FigureField at={`${at}/size`} label={t(`rates.rule.size.${model.kind}`)} />
          <FigureField
            at={`${at}/amount`}
            label={t(`rates.rule.each.${model.kind}`)}
            unit={currency}
          />
          {model.kind === "package" && <FigureField at={`${at}/free`} />}
        </>
      )}
    </div>
  )
}

function FlatFields({ at, hasPromise }: { at: string; hasPromise: boolean }) {
  const { t } = useTranslation()
  const { currency } = useDesk()
  return (
    <>
      <FigureField at={`${at}/amount`} unit={currency} />
      <ChoiceField at={`${at}/due`} group="due" names={["always", "once_used"]} preset="always" />
      <OptionalPart
        at={`${at}/promise`}
        fresh={{ target: "0" }}
        help={t("rates.rule.promiseHelp")}
      />
      {hasPromise && (
        <>
          <ChoiceField
            at={`${at}/promise/by`}
            label={t("rates.rule.promiseBy")}
            group="by"
            names={["amount", "count"]}
            preset="amount"
          />
          <FigureField at={`${at}/promise/target`} />
        </>
      )}
    </>
  )
}

type Tiered = Extract<Model, { tiers: Tier[] }>

function TierFields({ at, model, ruleId }: { at: string; model: Tiered; ruleId: string }) {
  const { t } = useTranslation()
  const by = model.by ?? "amount"
  return (
    <>
      <ChoiceField
        at={`${at}/by`}
        label={t("rates.tier.by")}
        group="by"
        names={model.kind === "volume" ? ["amount", "count", "qualifying"] : ["amount", "count"]}
        preset="amount"
        isSegmented
      />
      <Bound at={`${at}/tiers`}>
        {(field) => (
          <TierTable
            tiers={Array.isArray(field.value) ? (field.value as Tier[]) : []}
            by={by}
            isDisabled={field.isDisabled}
            onChange={field.set}
          />
        )}
      </Bound>
      {model.kind === "volume" && <SwitchField at={`${at}/allow_fall`} />}
      <Readings ruleId={ruleId} model={model} />
    </>
  )
}

/** Minimum, maximum, guarantee in its three readings, and a factor. */
export function Limits({ at, model }: { at: string; model: Model }) {
  const { t } = useTranslation()
  const { currency } = useDesk()
  return (
    <section className="part">
      <Typography.Title level={3}>{t("rates.rule.limits")}</Typography.Title>
      <Typography.Paragraph type="secondary">{t("rates.rule.limitsAbout")}</Typography.Paragraph>
      <div className="bound-grid">
        <FigureField at={`${at}/minimum`} unit={currency} />
        <FigureField at={`${at}/maximum`} unit={currency} />
        <OptionalPart at={`${at}/guarantee`} fresh={{ amount: "0" }} />
        {model.guarantee && (
          <>
            <FigureField
              at={`${at}/guarantee/amount`}
              label={t("rates.rule.guaranteeAmount")}
              unit={currency}
            />
            <ChoiceField
              at={`${at}/guarantee/mode`}
              label={t("rates.rule.guaranteeMode")}
              group="guaranteeMode"
              names={["max_of", "base_plus", "advance"]}
              preset="max_of"
            />
            <SwitchField at={`${at}/guarantee/pro_rata`} />
          </>
        )}
        <OptionalPart at={`${at}/coefficient`} fresh={{ value: "1" }} />
        {model.coefficient && (
          <>
            <FigureField at={`${at}/coefficient/value`} label={t("rates.rule.factorFixed")} />
            <TextField
              at={`${at}/coefficient/key`}
              label={t("rates.rule.factorKey")}
              help={t("rates.rule.factorHelp")}
            />
            <ChoiceField
              at={`${at}/coefficient/on`}
              group="coefficientOn"
              names={["share", "guarantee", "all"]}
              preset="share"
            />
          </>
        )}
      </div>
    </section>
  )
}
