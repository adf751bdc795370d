import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Flex, InputNumber, Select } from "antd"
import { useTranslation } from "react-i18next"
import type { Level } from "@/api/types"
import { rateWords } from "@/text/zh-CN/rateWords"
import { Bound } from "./Bound"
import { useDesk } from "./desk"
import { ChoiceField, FigureField } from "./fields"
import { OptionalPart } from "./OptionalPart"
import { RoleSelect } from "./RoleSelect"
import { wordOf } from "./words"

const ROLES = Object.keys(rateWords.role).filter((role) => role !== "party" && role !== "brand")

/** Levels of a chain, each on top or carved out of the one before, and the most one order costs. */
export function ChainFields({ at, hasCeiling }: { at: string; hasCeiling: boolean }) {
  const { t } = useTranslation()
  const { currency } = useDesk()
  return (
    <>
      <Bound at={`${at}/levels`} help={t("rates.chain.about")}>
        {(field) => (
          <Levels
            levels={Array.isArray(field.value) ? (field.value as Level[]) : []}
            isDisabled={field.isDisabled}
            onChange={field.set}
          />
        )}
      </Bound>
      <div className="bound-grid">
        <OptionalPart at={`${at}/ceiling`} fresh={{ percent: "15" }} />
        {hasCeiling && (
          <>
            <FigureField at={`${at}/ceiling/percent`} label={t("rates.chain.most")} unit="%" />
            <FigureField
              at={`${at}/ceiling/amount`}
              label={t("rates.chain.mostAmount")}
              unit={currency}
            />
            <ChoiceField
              at={`${at}/ceiling/cut`}
              group="cut"
              names={["last", "proportional"]}
              preset="last"
            />
          </>
        )}
      </div>
    </>
  )
}

interface LevelsProps {
  levels: Level[]
  isDisabled: boolean
  onChange: (levels: Level[]) => void
}

function Levels({ levels, isDisabled, onChange }: LevelsProps) {
  const { t } = useTranslation()
  const set = (index: number, change: Partial<Level>) =>
    onChange(levels.map((level, each) => (each === index ? { ...level, ...change } : level)))
  const named = (index: number, name: string) =>
    `${t("rateWords.place.level", { number: index + 1 })}${t("rates.colon")}${name}`
  return (
    <Flex vertical gap={8} align="flex-start">
      {levels.map((level, index) => (
        // A level is found by its place: its role is being typed.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Flex key={index} gap={8} wrap>
          <RoleSelect
            style={{ width: 180 }}
            aria-label={named(index, t("rates.chain.role"))}
            value={level.key}
            disabled={isDisabled}
            roles={ROLES}
            onChange={(key) => set(index, { key })}
          />
          <InputNumber<string>
            stringMode
            style={{ width: 120 }}
            suffix="%"
            aria-label={named(index, wordOf(t, "field", "percent"))}
            value={level.percent}
            disabled={isDisabled}
            onChange={(value) => set(index, { percent: value === null ? "0" : String(value) })}
          />
          <Select
            style={{ width: 200 }}
            aria-label={named(index, t("rates.chain.mode"))}
            value={level.mode ?? "on_top"}
            disabled={isDisabled || index === 0}
            options={(["on_top", "carved_out"] as const).map((value) => ({
              value,
              label: wordOf(t, "chainMode", value),
            }))}
            onChange={(mode) => set(index, { mode })}
          />
          {!isDisabled && (
            <Button
              type="text"
              danger
              icon={<DeleteOutlined />}
              aria-label={t("rates.chain.remove", { number: index + 1 })}
              disabled={levels.length < 2}
              onClick={() => onChange(levels.filter((_, each) => each !== index))}
            />
          )}
        </Flex>
      ))}
      {!isDisabled && (
        <Button
          icon={<PlusOutlined />}
          onClick={() => onChange([...levels, { key: "leader", percent: "1", mode: "on_top" }])}
        >
          {t("rates.chain.add")}
        </Button>
      )}
    </Flex>
  )
}
