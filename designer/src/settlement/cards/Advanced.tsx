import { Card as Box, Collapse, Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { Card, Rule, Term } from "@/api/types"
import { Json } from "@/forms/widgets/Json"
import { rulesOf, useDesk } from "./desk"
import { WholeField } from "./fields"
import { Limits } from "./ModelFields"
import { isRecord } from "./pointer"
import { BaseFields, Rounding, RoundingFields, TimeFields } from "./TermFields"
import { wordOf } from "./words"

/** What is seldom changed, of all terms and rules on one page; the whole document as text below. */
export function Advanced() {
  const { t } = useTranslation()
  const desk = useDesk()
  return (
    <Flex vertical gap={16}>
      <Box size="small" title={wordOf(t, "field", "rounding")}>
        <Typography.Paragraph type="secondary">
          {t("rates.card.roundingAbout")}
        </Typography.Paragraph>
        <div className="bound-grid">
          <RoundingFields at="/rounding" />
        </div>
      </Box>
      {desk.document.terms.map((term) => (
        <OneTerm key={term.key} term={term} />
      ))}
      <Collapse
        destroyOnHidden
        items={[{ key: "text", label: t("rates.card.asText"), children: <AsText /> }]}
      />
    </Flex>
  )
}

/** A term's base, times and rounding, and the limits and precedence of its rules. */
function OneTerm({ term }: { term: Term }) {
  const { t } = useTranslation()
  const desk = useDesk()
  const at = `/terms/${term.key}`
  const rules = rulesOf(desk.document).filter((rule) => rule.term === term.key)
  return (
    <Box size="small" title={term.name}>
      <Collapse
        ghost
        destroyOnHidden
        defaultActiveKey={["time"]}
        items={[
          {
            key: "time",
            label: t("rates.term.time"),
            children: <TimeFields term={term} at={at} />,
          },
          {
            key: "base",
            label: wordOf(t, "field", "base"),
            children: <BaseFields at={at} />,
          },
          {
            key: "rounding",
            label: wordOf(t, "field", "rounding"),
            children: (
              <div className="bound-grid">
                <Rounding at={`${at}/rounding`} hasOwn={Boolean(term.rounding)} />
              </div>
            ),
          },
          ...rules.map((rule) => ({
            key: rule.id,
            label: t("rates.card.limitsOf", { name: rule.name }),
            children: <OfRule rule={rule} />,
          })),
        ]}
      />
    </Box>
  )
}

function OfRule({ rule }: { rule: Rule }) {
  const { t } = useTranslation()
  const at = `/rules/${rule.id}`
  return (
    <>
      {/* A rule that only adds to another's rate has no limits of its own. */}
      {rule.model && <Limits at={`${at}/model`} model={rule.model} />}
      <div className="bound-grid">
        <WholeField
          at={`${at}/priority`}
          min={-1000}
          max={1000}
          help={t("rates.rule.priorityHelp")}
        />
      </div>
    </>
  )
}

/** To paste a card, and for whatever has no field of its own. */
function AsText() {
  const { t } = useTranslation()
  const desk = useDesk()
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("rates.card.advancedAbout")}</Typography.Text>
      <label htmlFor="card-document">{t("rates.card.document")}</label>
      <Json
        schema={{}}
        value={desk.document}
        onChange={(value) => {
          // The page draws terms and rules: what has none is no card yet.
          if (isRecord(value) && isDrawable(value)) desk.set("", { ...value, key: desk.key })
        }}
        id="card-document"
        label={t("rates.card.document")}
        isReadOnly={desk.isReadOnly}
        isRequired
        hasFault={false}
        path={[]}
      />
    </Flex>
  )
}

function isDrawable(value: Record<string, unknown>): value is Record<string, unknown> & Card {
  const hasName = (name: string) => (item: unknown) =>
    isRecord(item) && typeof item[name] === "string"
  const rules = value.rules ?? []
  return (
    Array.isArray(value.terms) &&
    value.terms.every((term) => hasName("key")(term) && isRecord(term.party)) &&
    Array.isArray(rules) &&
    rules.every((rule) => hasName("id")(rule) && typeof rule.term === "string")
  )
}
