import { DeleteOutlined, PlusOutlined, SortAscendingOutlined } from "@ant-design/icons"
import { Button, Flex, InputNumber, Select, Table, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { Tier } from "@/api/types"
import { compare, grouped } from "./decimals"
import { addTier, removeTier, setTier, sorted, spanOf } from "./tiers"
import { wordOf } from "./words"

interface Props {
  tiers: readonly Tier[]
  by: "amount" | "count" | "qualifying"
  isDisabled: boolean
  onChange: (tiers: Tier[]) => void
}

/** Tiers as finance writes them: from which edge, reached or exceeded, at which rate. */
export function TierTable({ tiers, by, isDisabled, onChange }: Props) {
  const { t } = useTranslation()
  const cell = (
    index: number,
    name: "from" | "percent" | "amount_per_unit" | "flat",
    unit?: string,
  ) => (
    <InputNumber<string>
      stringMode
      style={{ width: name === "from" ? 124 : 96 }}
      aria-label={`${t("rateWords.place.tier", { number: index + 1 })}${t("rates.colon")}${
        name === "from" ? t("rates.tier.edge") : wordOf(t, "field", name)
      }`}
      value={tiers[index]?.[name] ?? null}
      disabled={isDisabled}
      {...(unit ? { suffix: unit } : {})}
      onChange={(value) =>
        onChange(
          setTier(tiers, index, {
            [name]: value === null ? (name === "from" ? "0" : undefined) : String(value),
          }),
        )
      }
    />
  )
  const isUnordered = tiers.some(
    (tier, index) => index > 0 && compare(tiers[index - 1]?.from ?? "0", tier.from) > 0,
  )
  return (
    <Flex vertical gap={8} align="flex-start">
      <Table
        className="tier-table wide"
        size="small"
        pagination={false}
        rowKey={(_, index) => String(index)}
        dataSource={[...tiers]}
        scroll={{ x: "max-content" }}
        columns={[
          {
            title: t("rates.tier.tier"),
            render: (_, __, index) => (
              <>
                {t("rateWords.place.tier", { number: index + 1 })}
                <br />
                <Typography.Text type="secondary">
                  <Span tiers={tiers} index={index} />
                </Typography.Text>
              </>
            ),
          },
          {
            title: t("rates.tier.edge"),
            render: (_, tier, index) => (
              <Flex gap={4}>
                <Select
                  aria-label={`${t("rateWords.place.tier", { number: index + 1 })}${t("rates.colon")}${wordOf(t, "field", "reach")}`}
                  value={tier.reach ?? "at"}
                  disabled={isDisabled}
                  style={{ width: 118 }}
                  options={(["at", "over"] as const).map((reach) => ({
                    value: reach,
                    label: wordOf(t, "reach", reach),
                  }))}
                  onChange={(reach) => onChange(setTier(tiers, index, { reach }))}
                />
                {cell(index, "from")}
              </Flex>
            ),
          },
          {
            title: wordOf(t, "field", "percent"),
            render: (_, __, index) => cell(index, "percent", "%"),
          },
          ...(by === "amount"
            ? []
            : [
                {
                  title: wordOf(t, "field", "amount_per_unit"),
                  render: (_: unknown, __: Tier, index: number) => cell(index, "amount_per_unit"),
                },
              ]),
          { title: wordOf(t, "field", "flat"), render: (_, __, index) => cell(index, "flat") },
          {
            render: (_, __, index) => (
              <Button
                type="text"
                danger
                icon={<DeleteOutlined />}
                aria-label={t("rates.tier.remove", { number: index + 1 })}
                disabled={isDisabled || tiers.length < 2}
                onClick={() => onChange(removeTier(tiers, index))}
              />
            ),
          },
        ]}
      />
      {!isDisabled && (
        <Flex gap={8}>
          <Button icon={<PlusOutlined />} onClick={() => onChange(addTier(tiers))}>
            {t("rates.tier.add")}
          </Button>
          {isUnordered && (
            <Button icon={<SortAscendingOutlined />} onClick={() => onChange(sorted(tiers))}>
              {t("rates.tier.sort")}
            </Button>
          )}
        </Flex>
      )}
    </Flex>
  )
}

function Span({ tiers, index }: { tiers: readonly Tier[]; index: number }) {
  const { t } = useTranslation()
  const { from, isOver, until, isUntilIn } = spanOf(tiers, index)
  const low = t(isOver ? "rates.tier.over" : "rates.tier.at", { from: grouped(from) })
  if (until === undefined) return <>{low}</>
  const high = t(isUntilIn ? "rates.tier.untilIn" : "rates.tier.below", { until: grouped(until) })
  return (
    <>
      {low} {high}
    </>
  )
}
