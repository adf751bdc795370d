import { ExpandOutlined } from "@ant-design/icons"
import { Button, Flex, Modal, Select } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { isRecord } from "@/flow/ports"
import { type Table, tableOf } from "@/flow/table"
import { TableGrid } from "../flow/TableGrid"
import type { WidgetProps } from "../widget"

const POLICIES = [
  "first",
  "unique",
  "any",
  "priority",
  "rule_order",
  "output_order",
  "collect",
] as const
const AGGREGATES = ["list", "sum", "min", "max", "count"] as const

/** A decision table: small beside the canvas, large in a window. */
export function DecisionTable({ value, onChange, id, label, isReadOnly }: WidgetProps) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  const table = tableOf(isRecord(value) ? value : {})
  const keep = (change: Partial<Table>) => onChange({ ...table, ...change })
  const inputs = table.inputs ?? []
  const rows = table.rows ?? []
  return (
    // biome-ignore lint/a11y/useSemanticElements: the form around it has the heading
    <div id={id} role="group" aria-label={label} className="decision-table">
      <label htmlFor={`${id}_policy`}>{t("editor.table.policy")}</label>
      <Select
        id={`${id}_policy`}
        className="wide"
        disabled={isReadOnly}
        value={table.hit_policy ?? "first"}
        options={POLICIES.map((one) => ({ value: one, label: t(`editor.table.policies.${one}`) }))}
        onChange={(hit_policy) => keep({ hit_policy })}
      />
      {table.hit_policy === "collect" && (
        <Select
          className="wide"
          aria-label={t("editor.table.aggregate")}
          disabled={isReadOnly}
          value={table.aggregate ?? "list"}
          options={AGGREGATES.map((one) => ({
            value: one,
            label: t(`editor.table.aggregates.${one}`),
          }))}
          onChange={(aggregate) => keep({ aggregate })}
        />
      )}
      <Flex justify="space-between" align="center">
        <span>
          {t("editor.table.size", {
            rows: rows.length,
            inputs: inputs.length,
            outputs: table.outputs.length,
          })}
        </span>
        <Button size="small" icon={<ExpandOutlined />} onClick={() => setOpen(true)}>
          {t("editor.table.open")}
        </Button>
      </Flex>
      <TableGrid table={table} onChange={keep} isReadOnly={isReadOnly} />
      <Modal
        open={isOpen}
        title={label}
        width="92vw"
        footer={null}
        destroyOnHidden
        onCancel={() => setOpen(false)}
      >
        <p className="field-help">{t("editor.table.help")}</p>
        <TableGrid table={table} onChange={keep} isReadOnly={isReadOnly} isLarge />
      </Modal>
    </div>
  )
}
