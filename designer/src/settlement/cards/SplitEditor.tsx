import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Input, InputNumber, Select } from "antd"
import { useTranslation } from "react-i18next"
import type { Share, SplitPlan } from "@/api/types"
import { Labelled } from "../Labelled"
import { freeId } from "./desk"
import { wordOf } from "./words"

interface Props {
  plan: SplitPlan
  onChange: (plan: SplitPlan) => void
  isDisabled?: boolean
}

/** Shares of an amount: by weight, fixed, percent or the rest, each with a cap; and the cents. */
export function SplitEditor({ plan, onChange, isDisabled = false }: Props) {
  const { t } = useTranslation()
  const set = (index: number, change: Partial<Share>) =>
    onChange({
      ...plan,
      shares: plan.shares.map((share, each) => (each === index ? { ...share, ...change } : share)),
    })
  const named = (index: number, name: string) =>
    `${t("rates.split.share", { number: index + 1 })}${t("rates.colon")}${name}`
  return (
    <Flex vertical gap={8}>
      {plan.shares.map((share, index) => (
        // A share is found by its place: its key is being typed.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div className="share-row" key={index}>
          <Input
            aria-label={named(index, t("rates.split.who"))}
            placeholder={t("rates.split.who")}
            value={share.key}
            disabled={isDisabled}
            onChange={(event) => set(index, { key: event.target.value })}
          />
          <Select
            aria-label={named(index, t("rates.split.how"))}
            value={share.kind ?? "weight"}
            disabled={isDisabled}
            options={(["weight", "percent", "fixed", "remaining"] as const).map((value) => ({
              value,
              label: wordOf(t, "share", value),
            }))}
            onChange={(kind) =>
              set(
                index,
                kind === "remaining" ? { kind, value: null } : { kind, value: share.value ?? "1" },
              )
            }
          />
          <InputNumber<string>
            stringMode
            className="wide"
            aria-label={named(index, t("rates.split.value"))}
            placeholder={t("rates.split.value")}
            value={share.value ?? null}
            disabled={isDisabled || share.kind === "remaining"}
            onChange={(value) => set(index, { value: value === null ? null : String(value) })}
          />
          <InputNumber<string>
            stringMode
            className="wide"
            aria-label={named(index, t("rates.split.cap"))}
            placeholder={t("rates.split.cap")}
            value={share.cap ?? null}
            disabled={isDisabled}
            onChange={(value) => set(index, { cap: value === null ? null : String(value) })}
          />
          <Button
            type="text"
            danger
            icon={<DeleteOutlined />}
            aria-label={named(index, t("word.delete"))}
            disabled={isDisabled || plan.shares.length < 2}
            onClick={() =>
              onChange({ ...plan, shares: plan.shares.filter((_, each) => each !== index) })
            }
          />
        </div>
      ))}
      <Flex gap={12} align="center" wrap>
        {!isDisabled && (
          <Button
            icon={<PlusOutlined />}
            onClick={() =>
              onChange({
                ...plan,
                shares: [
                  ...plan.shares,
                  {
                    key: freeId(
                      plan.shares.map((one) => one.key),
                      "share",
                    ),
                    kind: "weight",
                    value: "1",
                  },
                ],
              })
            }
          >
            {t("rates.split.add")}
          </Button>
        )}
        <Labelled label={wordOf(t, "field", "remainder")} isInline>
          {(id) => (
            <Select
              id={id}
              style={{ width: 180 }}
              value={plan.remainder ?? "largest"}
              disabled={isDisabled}
              options={[
                ...["largest", "first", "last"].map((value) => ({
                  value,
                  label: wordOf(t, "remainder", value),
                })),
                ...plan.shares.map((share) => ({
                  value: `party:${share.key}`,
                  label: t("rates.split.to", { name: share.key }),
                })),
              ]}
              onChange={(remainder) => onChange({ ...plan, remainder })}
            />
          )}
        </Labelled>
      </Flex>
    </Flex>
  )
}
