import { QuestionCircleOutlined } from "@ant-design/icons"
import { Button, Descriptions, Flex, Popover, Typography } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import type { Words } from "@/api/types"
import { inWords } from "./inWords"
import { Money } from "./Money"
import { useOrderName } from "./reconcile/platforms"
import "./settlement.css"

/** What an amount says of itself: a quoted line, an entry of the ledger, a line of a statement. */
export interface Explanation {
  /** The arithmetic, one step after the other. */
  sentences: readonly Words[]
  /** Which layer gave what; entries say it in their sentences. */
  layers?: Words
  rule?: string
  term?: string
  base?: string
  count?: number
  amount?: string
  currency?: string
  kind_name?: Words
  order?: string
  line?: string
  earned_in?: string
  posted_in?: string
}

interface Props {
  because: Explanation
  /** For screen readers: of what it is the explanation. */
  of?: string
  /** Stands in the button instead of the words, an amount for example. */
  children?: ReactNode
  /** What it is called here instead of 怎么算的: finance says 计算依据. */
  name?: string
}

/** 怎么算的, on every amount: opens beside it by click or key. */
export function Why({ because, of, children, name }: Props) {
  const { t } = useTranslation()
  const title = name ?? t("rates.why.title")
  const label = name && of ? `${name} ${of}` : of ? t("rates.why.of", { of }) : title
  return (
    <Popover trigger="click" placement="left" title={title} content={<WhyText because={because} />}>
      <Button
        type="link"
        size="small"
        className="why"
        aria-label={label}
        {...(children || name ? {} : { icon: <QuestionCircleOutlined /> })}
      >
        {children ?? name ?? t("rates.why.open")}
      </Button>
    </Popover>
  )
}

/** The explanation itself, where there is room for it on the page. */
export function WhyText({ because }: { because: Explanation }) {
  const { t } = useTranslation()
  const orderOf = useOrderName()
  const currency = because.currency ?? "CNY"
  const facts = [
    because.layers && {
      key: "layers",
      label: t("rates.why.layers"),
      children: inWords(because.layers),
    },
    because.rule && { key: "rule", label: t("rates.why.rule"), children: because.rule },
    because.base !== undefined && {
      key: "base",
      label: t("rates.why.base"),
      children: <Money value={because.base} currency={currency} />,
    },
    because.kind_name && {
      key: "kind",
      label: t("rates.why.kind"),
      children: inWords(because.kind_name),
    },
    because.order && {
      key: "order",
      label: t("rates.why.order"),
      children: [orderOf(because.order), because.line].filter(Boolean).join(" · "),
    },
    because.earned_in && {
      key: "earned",
      label: t("rates.why.earnedIn"),
      children: because.earned_in,
    },
    because.posted_in && {
      key: "posted",
      label: t("rates.why.postedIn"),
      children: because.posted_in,
    },
  ].filter((fact) => typeof fact === "object")
  return (
    <Flex vertical gap={8} className="why-text">
      {because.sentences.length === 0 && (
        <Typography.Text type="secondary">{t("rates.why.nothing")}</Typography.Text>
      )}
      <ol className="why-steps">
        {because.sentences.map((sentence) => (
          <li key={sentence.zh}>{inWords(sentence)}</li>
        ))}
      </ol>
      {facts.length > 0 && <Descriptions size="small" column={1} items={facts} />}
    </Flex>
  )
}
