import { EditOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Card, Descriptions, Empty, Flex, Input, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import type { Rule, Term } from "@/api/types"
import { usePartyNames } from "../names"
import { freeId, lockOn, problemsIn, rulesOf, useDesk } from "./desk"
import { LAYERS, type Layer, layerOf } from "./layers"
import { modelOf } from "./models"
import { RuleCard } from "./RuleCard"
import { wordOf } from "./words"

const MOST = 40

interface Props {
  term: Term
  openRule: (id: string) => void
  openTerm: () => void
}

/** One thing that is owed: how it counts, and its rules layer beside layer. */
export function Layers({ term, openRule, openTerm }: Props) {
  const { t } = useTranslation()
  const desk = useDesk()
  const [search, setSearch] = useState("")
  const rules = rulesOf(desk.document).filter((rule) => rule.term === term.key)
  const found = search
    ? rules.filter((rule) => JSON.stringify(rule).toLowerCase().includes(search.toLowerCase()))
    : rules
  return (
    <>
      <TermFacts term={term} open={openTerm} />
      {rules.length > 12 && (
        <Input.Search
          allowClear
          className="section-head"
          style={{ maxWidth: 320 }}
          aria-label={t("rates.card.searchRules")}
          placeholder={t("rates.card.searchRules")}
          onChange={(event) => setSearch(event.target.value.trim())}
        />
      )}
      <div className="layers">
        {LAYERS.map((layer) => (
          <Column
            key={layer}
            layer={layer}
            term={term}
            rules={found.filter((rule) => layerOf(rule) === layer)}
            open={openRule}
          />
        ))}
      </div>
    </>
  )
}

interface ColumnProps {
  layer: Layer
  term: Term
  rules: Rule[]
  open: (id: string) => void
}

function Column({ layer, term, rules, open }: ColumnProps) {
  const { t } = useTranslation()
  const desk = useDesk()
  const [most, setMost] = useState(MOST)
  const name = wordOf(t, "layer", layer)
  const add = () => {
    const id = freeId(
      rulesOf(desk.document).map((rule) => rule.id),
      layer === "base" ? "rule" : layer,
    )
    const campaign = desk.document.campaigns?.[0]?.key
    const fresh: Rule = {
      id,
      name: t("rates.rule.fresh", { layer: name }),
      term: term.key,
      ...(layer !== "base" && { layer }),
      ...(layer === "campaign" && campaign && { campaign }),
      ...(layer === "campaign" ? { op: "add", by: "1" } : { model: modelOf("percentage") }),
    }
    desk.set(`/rules/${id}`, fresh)
    open(id)
  }
  return (
    <section className="layer" aria-label={name}>
      <Flex justify="space-between" align="flex-start" gap={8}>
        <div>
          <Typography.Title level={3}>{name}</Typography.Title>
          <Typography.Text type="secondary">{wordOf(t, "layerAbout", layer)}</Typography.Text>
        </div>
        {!desk.isReadOnly && (
          <Button
            type="text"
            icon={<PlusOutlined />}
            aria-label={t("rates.rule.addTo", { layer: name })}
            title={t("rates.rule.addTo", { layer: name })}
            onClick={add}
          />
        )}
      </Flex>
      {rules.length === 0 && (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("rates.card.noRules")} />
      )}
      {rules.slice(0, most).map((rule) => (
        <RuleCard key={rule.id} rule={rule} open={() => open(rule.id)} />
      ))}
      {rules.length > most && (
        <Button onClick={() => setMost(most + 200)}>
          {t("rates.card.moreRules", { count: rules.length - most })}
        </Button>
      )}
    </section>
  )
}

function TermFacts({ term, open }: { term: Term; open: () => void }) {
  const { t } = useTranslation()
  const desk = useDesk()
  const nameOf = usePartyNames()
  const at = `/terms/${term.key}`
  const source = term.party
  const who = source.role
    ? wordOf(t, "role", source.role)
    : source.party
      ? nameOf(source.party)
      : (source.expression ?? "—")
  const ticked = (list: { type: string }[] | undefined) =>
    (list ?? []).map((one) => wordOf(t, "adjustment", one.type)).join(t("rates.comma"))
  const base = [
    wordOf(t, "from", term.base?.from ?? "paid"),
    term.base?.plus?.length && `+ ${ticked(term.base.plus)}`,
    term.base?.minus?.length && `− ${ticked(term.base.minus)}`,
    term.base?.fees?.length &&
      `− ${term.base.fees.map((fee) => wordOf(t, "fee", fee)).join(t("rates.comma"))}`,
    term.base?.cost && `− ${t("rates.term.cost")}`,
  ].filter(Boolean)
  const rounding = term.rounding ?? desk.document.rounding
  const when = term.moment?.when ?? "paid"
  const items = [
    [
      t("rates.term.party"),
      who + t("rates.brackets", { text: wordOf(t, "direction", term.direction ?? "pay") }),
    ],
    [wordOf(t, "field", "base"), base.join(" ")],
    [
      wordOf(t, "field", "moment"),
      wordOf(t, "moment", when) +
        (when === "after_sales" ? t("rates.term.plusDays", { count: term.moment?.days ?? 0 }) : ""),
    ],
    [wordOf(t, "field", "window"), wordOf(t, "window", term.window ?? "month")],
    [wordOf(t, "field", "period"), wordOf(t, "period", term.period ?? "month")],
    [
      wordOf(t, "field", "rounding"),
      `${wordOf(t, "grain", rounding?.grain ?? "period")} · ${wordOf(t, "mode", rounding?.mode ?? "half_up")}`,
    ],
  ] as const
  const problems = problemsIn(desk, at).length
  return (
    <Card
      size="small"
      className="term-facts"
      title={term.name}
      extra={
        <Button type="link" icon={<EditOutlined />} onClick={open}>
          {t(desk.isReadOnly || lockOn(desk, at) ? "rates.term.look" : "rates.term.edit")}
        </Button>
      }
    >
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, lg: 3 }}
        items={items.map(([label, children]) => ({ key: label, label, children }))}
      />
      {problems > 0 && (
        <Typography.Text type="warning">
          {t("rates.card.problemCount", { count: problems })}
        </Typography.Text>
      )}
    </Card>
  )
}
