import { DeleteOutlined, SwapOutlined } from "@ant-design/icons"
import { Button, Select, Tooltip } from "antd"
import { useTranslation } from "react-i18next"
import type { PreviewRow } from "@/api/types"
import { fitValue, kindOf, operatorsFor, type Row } from "@/flow/conditions/rows"
import { schemaAt } from "@/flow/scope"
import { ConditionValue } from "./ConditionValue"
import { FieldPicker } from "./FieldPicker"
import { RowSeen } from "./Previewed"
import { useFlowSurroundings } from "./surroundings"

interface Props {
  row: Row
  number: number
  /** What the server says of this row on the sample. */
  seen: PreviewRow | undefined
  onChange: (row: Row) => void
  onRemove: () => void
  isReadOnly: boolean
}

/** One line of a condition: a field, how it is compared, and with what. */
export function ConditionRow({ row, number, seen, onChange, onRemove, isReadOnly }: Props) {
  const { scope, catalog } = useFlowSurroundings()
  const { t } = useTranslation()
  const all = catalog?.language.operators ?? []
  const schema = schemaAt(scope, row.field)
  const kind = kindOf(schema)
  const fitting = operatorsFor(kind, all)
  const operator = all.find((one) => one.op === row.op)
  const options = operator && !fitting.includes(operator) ? [...fitting, operator] : fitting
  const isField = typeof row.value === "object" && row.value !== null && "field" in row.value
  const pickField = (field: string) => {
    const next = kindOf(schemaAt(scope, field))
    const still = operatorsFor(next, all).some((one) => one.op === row.op)
    const { kind: _, ...rest } = row
    const made = { ...rest, field }
    const first = operatorsFor(next, all)[0]
    onChange(still || !first ? made : fitValue({ ...made, op: first.op }, first.value))
  }
  const pickOperator = (op: string) => {
    const shape = all.find((one) => one.op === op)?.value ?? "one"
    onChange(fitValue({ ...row, op }, shape))
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: one row of several fields
    <div role="group" aria-label={t("editor.condition.row", { number })} className="condition-row">
      <FieldPicker value={row.field} onChange={pickField} isReadOnly={isReadOnly} />
      {!isReadOnly && (
        <Button
          type="text"
          size="small"
          className="remove"
          icon={<DeleteOutlined />}
          aria-label={t("editor.condition.remove")}
          onClick={onRemove}
        />
      )}
      <Select
        className="operator"
        aria-label={t("editor.condition.operator")}
        value={row.op}
        disabled={isReadOnly}
        popupMatchSelectWidth={false}
        options={options.map((one) => ({ value: one.op, label: one.label }))}
        onChange={pickOperator}
      />
      {operator?.value !== "none" && (
        <div className="value">
          {isField ? (
            <FieldPicker
              value={(row.value as { field: string }).field}
              onChange={(field) => onChange({ ...row, value: { field } })}
              isReadOnly={isReadOnly}
            />
          ) : (
            <ConditionValue
              row={row}
              shape={operator?.value ?? "one"}
              kind={row.kind ?? kind}
              schema={schema}
              onChange={onChange}
              isReadOnly={isReadOnly}
            />
          )}
          {operator?.value === "one" && !isReadOnly && (
            <Tooltip title={isField ? t("editor.condition.fixed") : t("editor.condition.other")}>
              <Button
                type="text"
                size="small"
                icon={<SwapOutlined />}
                aria-label={isField ? t("editor.condition.fixed") : t("editor.condition.other")}
                onClick={() => onChange({ ...row, value: isField ? "" : { field: "" } })}
              />
            </Tooltip>
          )}
        </div>
      )}
      {row.field !== "" && seen && (
        <div className="sample">
          <RowSeen seen={seen} />
        </div>
      )}
    </div>
  )
}
