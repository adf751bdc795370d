import { ExclamationCircleFilled, LockFilled, WarningFilled } from "@ant-design/icons"
import { Button, Flex, Tag, Tooltip, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { Match, Rule } from "@/api/types"
import { usePartyNames } from "../names"
import { standsOn, today } from "./dates"
import { lockInside, lockOn, problemsIn, rulesOf, useDesk } from "./desk"
import { Sums } from "./Sums"
import { sayEdge, sayRate, wordOf } from "./words"

/** One rule in its layer: what it gives, for whom, when, and what is wrong with it. */
export function RuleCard({ rule, open }: { rule: Rule; open: () => void }) {
  const { t } = useTranslation()
  const desk = useDesk()
  const at = `/rules/${rule.id}`
  const problems = problemsIn(desk, at)
  const errors = problems.filter((one) => one.problem.level === "error").length
  const lock = lockOn(desk, at) ?? lockInside(desk, at)
  const campaign = desk.document.campaigns?.find((one) => one.key === rule.campaign)
  const starts = edgeOf(rule.starts ?? campaign?.starts)
  const ends = edgeOf(rule.ends ?? campaign?.ends)
  const stands = standsOn(starts, ends, today())
  const isReplacing = (rule.op ?? "replace") === "replace"
  return (
    <article className={`rule-card ${stands === "over" ? "is-over" : ""}`}>
      <Flex justify="space-between" gap={8}>
        <Button type="link" className="rule-name" onClick={open}>
          {rule.name}
        </Button>
        <Flex gap={6} align="center">
          {lock && (
            <Tooltip title={`${t("rates.lock.locked")}${t("rates.colon")}${lock.reason}`}>
              <LockFilled className="lock-mark" aria-label={t("rates.lock.locked")} />
            </Tooltip>
          )}
          {problems.length > 0 && (
            <Tooltip title={t("rates.card.problemCount", { count: problems.length })}>
              <Typography.Text
                type={errors > 0 ? "danger" : "warning"}
                aria-label={t("rates.card.problemCount", { count: problems.length })}
              >
                {errors > 0 ? <ExclamationCircleFilled /> : <WarningFilled />}
              </Typography.Text>
            </Tooltip>
          )}
        </Flex>
      </Flex>
      <div className="rule-rate">
        {rule.layer && rule.layer !== "base" && isReplacing && (
          <Typography.Text type="secondary">{wordOf(t, "op", "replace")} </Typography.Text>
        )}
        {sayRate(t, rule, desk.currency)}
      </div>
      <Sums rule={rule} rules={rulesOf(desk.document)} />
      <Flex gap={4} wrap>
        <MatchTags match={rule.match} />
        {Boolean(rule.when) && <Tag variant="filled">{wordOf(t, "field", "when")}</Tag>}
        {rule.priority ? (
          <Tag variant="filled">
            {wordOf(t, "field", "priority")} {rule.priority}
          </Tag>
        ) : null}
      </Flex>
      {(campaign || starts || ends) && (
        <Typography.Text type="secondary">
          {campaign && `${campaign.name} `}
          {(starts || ends) && `${sayEdge(starts)} – ${sayEdge(ends)} `}
          {stands !== "now" && <Tag>{t(`rates.card.stands.${stands}`)}</Tag>}
        </Typography.Text>
      )}
    </article>
  )
}

const edgeOf = (edge: unknown) => (typeof edge === "string" ? edge : "")

export function MatchTags({ match }: { match: Match | undefined }) {
  const { t } = useTranslation()
  const nameOf = usePartyNames()
  const said = (name: string, value: string) =>
    name === "platform"
      ? wordOf(t, "platform", value)
      : name === "party_kind"
        ? wordOf(t, "partyKind", value)
        : name === "party"
          ? nameOf(value)
          : value
  const facts = Object.entries(match ?? {}).filter(([, values]) => values && values.length > 0)
  if (facts.length === 0) return <Tag variant="filled">{t("rates.rule.all")}</Tag>
  return facts.map(([name, values]) => (
    <Tag key={name} variant="filled" color="blue">
      {wordOf(t, "match", name)}
      {t("rates.colon")}
      {(values ?? [])
        .slice(0, 3)
        .map((value) => said(name, value))
        .join(t("rates.comma"))}
      {(values ?? []).length > 3 && ` +${(values ?? []).length - 3}`}
    </Tag>
  ))
}
