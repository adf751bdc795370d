import { InputNumber, Select, Space } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { readDuration, UNITS, type Unit, writeDuration } from "../duration"
import { emptyOf, type WidgetProps } from "../widget"

/** A number and its unit, kept as ISO 8601. */
export function Duration({ schema, value, onChange, id, isReadOnly, label }: WidgetProps) {
  const { t } = useTranslation()
  const held = readDuration(value)
  const [wanted, setWanted] = useState<Unit>("minutes")
  const unit = held?.unit ?? wanted
  return (
    <Space.Compact className="wide">
      <InputNumber
        id={id}
        className="wide"
        min={0}
        precision={0}
        value={held?.count ?? null}
        disabled={isReadOnly}
        onChange={(count) =>
          onChange(count === null ? emptyOf(schema) : writeDuration({ count, unit }))
        }
      />
      <Select
        aria-label={t("forms.unitOf", { label })}
        value={unit}
        disabled={isReadOnly}
        style={{ width: 110 }}
        options={UNITS.map((each) => ({ value: each, label: t(`forms.unit.${each}`) }))}
        onChange={(next: Unit) => {
          setWanted(next)
          if (held) onChange(writeDuration({ count: held.count, unit: next }))
        }}
      />
    </Space.Compact>
  )
}
