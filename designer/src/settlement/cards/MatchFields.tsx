import { Select, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import type { Match, Rule } from "@/api/types"
import { rateWords } from "@/text/zh-CN/rateWords"
import { usePartyNames } from "../names"
import { PartySelect } from "../PartySelect"
import { Bound } from "./Bound"
import { TagsField } from "./fields"
import { wordOf } from "./words"

const FACTS = Object.keys(rateWords.match) as (keyof Match)[]
const PLATFORMS = Object.keys(rateWords.platform)
const KINDS = Object.keys(rateWords.partyKind)
/** Asked for most often, so they stand open. */
const USUAL: (keyof Match)[] = ["platform", "shop", "party_kind"]

/** Which orders a rule is for: a list means any of them, nothing means whatever it is. */
export function MatchFields({ rule }: { rule: Rule }) {
  const { t } = useTranslation()
  const [added, setAdded] = useState<(keyof Match)[]>([])
  const shown = FACTS.filter(
    (name) => USUAL.includes(name) || added.includes(name) || rule.match?.[name]?.length,
  )
  const options = (group: string, names: readonly string[]) =>
    names.map((value) => ({ value, label: wordOf(t, group, value) }))
  return (
    <section className="part">
      <Typography.Title level={3}>{wordOf(t, "field", "match")}</Typography.Title>
      <Typography.Paragraph type="secondary">{t("rates.rule.matchAbout")}</Typography.Paragraph>
      <div className="bound-grid">
        {shown.map((name) => {
          const at = `/rules/${rule.id}/match/${name}`
          const label = wordOf(t, "match", name)
          if (name === "party") return <Parties key={name} at={at} label={label} />
          return (
            <TagsField
              key={name}
              at={at}
              label={label}
              options={
                name === "platform"
                  ? options("platform", PLATFORMS)
                  : name === "party_kind"
                    ? options("partyKind", KINDS)
                    : []
              }
            />
          )
        })}
        <div className="bound">
          <span className="bound-head">{t("rates.rule.more")}</span>
          <Select
            aria-label={t("rates.rule.addMatch")}
            placeholder={t("rates.rule.addMatch")}
            value={null}
            options={options(
              "match",
              FACTS.filter((name) => !shown.includes(name)),
            )}
            onChange={(name: keyof Match) => setAdded((before) => [...before, name])}
          />
        </div>
      </div>
    </section>
  )
}

/** Parties are chosen by name and kept by id. */
function Parties({ at, label }: { at: string; label: string }) {
  const { t } = useTranslation()
  const nameOf = usePartyNames()
  return (
    <Bound at={at} label={label}>
      {(field) => {
        const held = Array.isArray(field.value) ? (field.value as string[]) : []
        return (
          <>
            <Select
              id={field.id}
              mode="multiple"
              className="wide"
              open={false}
              value={held}
              disabled={field.isDisabled}
              status={field.status}
              options={held.map((id) => ({ value: id, label: nameOf(id) }))}
              onChange={(next: string[]) => field.set(next.length > 0 ? next : undefined)}
            />
            {!field.isDisabled && (
              <PartySelect
                label={t("rates.rule.addParty")}
                value={null}
                onChange={(id) => id && !held.includes(id) && field.set([...held, id])}
              />
            )}
          </>
        )
      }}
    </Bound>
  )
}
