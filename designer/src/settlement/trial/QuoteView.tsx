import { Alert, Flex, Tag, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { messageOf } from "@/api/Fault"
import type { Card, QuoteLine, QuoteShown } from "@/api/types"
import { plus } from "../cards/decimals"
import { wordOf } from "../cards/words"
import { inWords } from "../inWords"
import { Money } from "../Money"
import { usePartyNames } from "../names"
import { Why } from "../Why"

interface Props {
  quote: QuoteShown
  document: Card
}

/** What an order earns: the totals, then each line with its layer, rule, tier and arithmetic. */
export function QuoteView({ quote, document }: Props) {
  const { t } = useTranslation()
  const nameOf = usePartyNames()
  const currency = quote.lines[0]?.currency ?? document.currency ?? "CNY"
  const termName = (key: string) => document.terms.find((one) => one.key === key)?.name ?? key
  const ruleName = (id: string) => document.rules?.find((one) => one.id === id)?.name ?? id
  return (
    <Flex vertical gap={16} role="status" aria-label={t("rates.trial.result")}>
      {quote.totals.length > 0 && (
        <Flex gap={32} wrap>
          {quote.totals.map((total) => (
            <div key={total.party}>
              <Typography.Text type="secondary">
                {t(total.amount.startsWith("-") ? "rates.trial.owes" : "rates.trial.gets", {
                  party: nameOf(total.party),
                })}
              </Typography.Text>
              <div className="result-amount">
                <Money value={total.amount} currency={currency} isToned />
              </div>
            </div>
          ))}
        </Flex>
      )}
      {quote.lines.map((line, index) => (
        <LineText
          // Lines have no name of their own and never move.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={index}
          line={line}
          term={termName(line.term)}
          rule={ruleName(line.rule)}
          party={nameOf(line.party)}
        />
      ))}
      {quote.unpriced.map((one) => (
        <Alert
          key={`${one.line} ${one.term}`}
          type="warning"
          showIcon
          title={`${termName(one.term)}${t("rates.colon")}${messageOf(one.problem)}`}
        />
      ))}
      {quote.excluded.map((one) => (
        <Alert
          key={`${one.line} ${one.term} ${one.exclusion}`}
          type="info"
          showIcon
          title={t("rates.trial.excluded", { term: termName(one.term), exclusion: one.exclusion })}
        />
      ))}
      {quote.lines.length === 0 && quote.unpriced.length === 0 && quote.excluded.length === 0 && (
        <Typography.Text type="secondary">{t("rates.trial.nothing")}</Typography.Text>
      )}
    </Flex>
  )
}

function LineText({
  line,
  term,
  rule,
  party,
}: {
  line: QuoteLine
  term: string
  rule: string
  party: string
}) {
  const { t } = useTranslation()
  return (
    <div className="rule-card">
      <Flex justify="space-between" gap={12} wrap>
        <Flex gap={8} align="center" wrap>
          <strong>{term}</strong>
          <Tag variant="filled">{wordOf(t, "direction", line.direction)}</Tag>
          <Typography.Text type="secondary">{party}</Typography.Text>
        </Flex>
        <Flex gap={4} align="center">
          <Money value={line.amount} currency={line.currency} isStrong isToned />
          <Why because={{ ...line, rule }} of={term} />
        </Flex>
      </Flex>
      <Typography.Text type="secondary">
        {rule}
        {t("rates.colon")}
        {inWords(line.layers)}
      </Typography.Text>
      <ol className="why-steps">
        {line.sentences.map((sentence) => (
          <li key={sentence.zh}>{inWords(sentence)}</li>
        ))}
      </ol>
    </div>
  )
}

/** The sum of what stands in a column, exact. */
export function sumOf(amounts: readonly string[]): string {
  return amounts.reduce((sum, amount) => plus(sum, amount), "0")
}
