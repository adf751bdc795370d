import { Checkbox, Select } from "antd"
import { useTranslation } from "react-i18next"
import type { Tick } from "@/api/types"
import { rateWords } from "@/text/zh-CN/rateWords"
import { Bound } from "./Bound"
import { wordOf } from "./words"

const TYPES = Object.keys(rateWords.adjustment) as Tick["type"][]
const BEARERS = Object.keys(rateWords.bearer)

/** Kinds of adjustments, each ticked or not, and by whom it must be borne. */
export function TickFields({ at, help }: { at: string; help: string }) {
  const { t } = useTranslation()
  return (
    <Bound at={at} help={help}>
      {(field) => {
        const ticks = Array.isArray(field.value) ? (field.value as Tick[]) : []
        const keep = (next: Tick[]) => field.set(next.length > 0 ? next : undefined)
        return (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a second heading
          <div role="group" id={field.id} aria-label={field.label}>
            {TYPES.map((type) => {
              const tick = ticks.find((one) => one.type === type)
              const name = wordOf(t, "adjustment", type)
              return (
                <div className="tick-row" key={type}>
                  <Checkbox
                    checked={tick !== undefined}
                    disabled={field.isDisabled}
                    onChange={(event) =>
                      keep(
                        event.target.checked
                          ? [...ticks, { type }]
                          : ticks.filter((one) => one.type !== type),
                      )
                    }
                  >
                    {name}
                  </Checkbox>
                  {tick && (
                    <Select
                      mode="multiple"
                      size="small"
                      aria-label={`${name}${t("rates.colon")}${wordOf(t, "field", "bearer")}`}
                      placeholder={t("rates.term.anyBearer")}
                      value={tick.bearer ?? []}
                      disabled={field.isDisabled}
                      options={BEARERS.map((value) => ({
                        value: value as "shop",
                        label: wordOf(t, "bearer", value),
                      }))}
                      onChange={(bearer) =>
                        keep(
                          ticks.map((one) =>
                            one === tick ? (bearer.length > 0 ? { type, bearer } : { type }) : one,
                          ),
                        )
                      }
                    />
                  )}
                </div>
              )
            })}
          </div>
        )
      }}
    </Bound>
  )
}
