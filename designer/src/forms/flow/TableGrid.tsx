import { DeleteOutlined, PlusOutlined, SettingOutlined } from "@ant-design/icons"
import { Button, Flex, Input, Popover, Select } from "antd"
import { useRef } from "react"
import { useTranslation } from "react-i18next"
import { sayPath } from "@/flow/scope"
import {
  addInput,
  addOutput,
  addRow,
  COLUMN_TYPES,
  pasteCells,
  readCell,
  removeColumn,
  removeRow,
  setCell,
  setColumn,
  type Table,
  type TableInput,
  type TableOutput,
  writeCell,
} from "@/flow/table"
import { CodeField } from "./CodeField"
import { FieldPicker } from "./FieldPicker"
import { useFlowSurroundings } from "./surroundings"

interface Props {
  table: Table
  onChange: (change: Partial<Table>) => void
  isReadOnly: boolean
  isLarge?: boolean
}

/** A table of rules as a spreadsheet: arrows and Enter move, whole blocks can be pasted. */
export function TableGrid({ table, onChange, isReadOnly, isLarge = false }: Props) {
  const { t } = useTranslation()
  const { scope } = useFlowSurroundings()
  const grid = useRef<HTMLTableElement>(null)
  const inputs = table.inputs ?? []
  const rows = table.rows ?? []
  const columns = [
    ...inputs.map((column) => ({ kind: "inputs" as const, cells: "when" as const, column })),
    ...table.outputs.map((column) => ({
      kind: "outputs" as const,
      cells: "then" as const,
      column,
    })),
  ]
  const nameOf = (column: TableInput | TableOutput) =>
    column.name || ("expression" in column ? sayPath(scope, column.expression) : column.id)
  const focus = (row: number, column: number) =>
    grid.current?.querySelector<HTMLInputElement>(`[data-cell="${row}.${column}"]`)?.focus()
  const onKeyDown = (event: React.KeyboardEvent<HTMLInputElement>, row: number, at: number) => {
    if (event.nativeEvent.isComposing) return
    const { selectionStart, selectionEnd, value } = event.currentTarget
    const atStart = selectionStart === 0 && selectionEnd === 0
    const atEnd = selectionStart === value.length
    if (event.key === "ArrowDown" || (event.key === "Enter" && !event.shiftKey)) {
      if (row + 1 === rows.length && event.key === "Enter" && !isReadOnly) {
        onChange(addRow(table))
        requestAnimationFrame(() => focus(row + 1, at))
      } else focus(row + 1, at)
    } else if (event.key === "ArrowUp" || event.key === "Enter") focus(row - 1, at)
    else if (event.key === "ArrowLeft" && atStart) focus(row, at - 1)
    else if (event.key === "ArrowRight" && atEnd) focus(row, at + 1)
    else return
    event.preventDefault()
  }
  return (
    <div className={`table-grid${isLarge ? " is-large" : ""}`}>
      <table ref={grid}>
        <thead>
          <tr>
            <th className="number">#</th>
            {columns.map(({ kind, column }) => (
              <th key={column.id} className={kind}>
                <Flex justify="space-between" align="center" gap={4}>
                  <span title={"expression" in column ? column.expression : column.id}>
                    {nameOf(column)}
                  </span>
                  <ColumnSettings
                    kind={kind}
                    column={column}
                    isReadOnly={isReadOnly}
                    onChange={(change) => onChange(setColumn(table, kind, column.id, change))}
                    onRemove={() => onChange(removeColumn(table, kind, column.id))}
                  />
                </Flex>
              </th>
            ))}
            {isLarge && <th>{t("editor.table.note")}</th>}
            <th aria-label={t("word.delete")} />
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.id}>
              <td className="number">{index + 1}</td>
              {columns.map(({ cells, column, kind }, at) => (
                <td key={column.id} className={kind}>
                  <input
                    data-cell={`${index}.${at}`}
                    aria-label={t("editor.table.cell", { row: index + 1, column: nameOf(column) })}
                    placeholder={cells === "when" ? t("editor.table.anything") : ""}
                    disabled={isReadOnly}
                    value={writeCell(row[cells]?.[column.id])}
                    onChange={(event) => {
                      const value = readCell(event.target.value, { cells, type: column.type })
                      const next = setCell(row, cells, column.id, value)
                      onChange({ rows: rows.map((one) => (one.id === row.id ? next : one)) })
                    }}
                    onKeyDown={(event) => onKeyDown(event, index, at)}
                    onPaste={(event) => {
                      const text = event.clipboardData.getData("text/plain")
                      if (!/[\t\n]/.test(text.trim()) || isReadOnly) return
                      event.preventDefault()
                      onChange(pasteCells(table, { row: index, column: at }, text))
                    }}
                  />
                </td>
              ))}
              {isLarge && (
                <td>
                  <input
                    aria-label={t("editor.table.note")}
                    disabled={isReadOnly}
                    value={row.note ?? ""}
                    maxLength={1000}
                    onChange={(event) => {
                      const next = { ...row, note: event.target.value }
                      onChange({ rows: rows.map((one) => (one.id === row.id ? next : one)) })
                    }}
                  />
                </td>
              )}
              <td>
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  disabled={isReadOnly}
                  aria-label={t("editor.table.removeRow", { number: index + 1 })}
                  onClick={() => onChange(removeRow(table, row.id))}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!isReadOnly && (
        <Flex gap={6} wrap>
          <Button
            size="small"
            type="dashed"
            icon={<PlusOutlined />}
            onClick={() => onChange(addRow(table))}
          >
            {t("editor.table.addRow")}
          </Button>
          <FieldPicker
            label={t("editor.table.addInput")}
            value=""
            isReadOnly={false}
            onChange={(path) => onChange(addInput(table, path, sayPath(scope, path)))}
          />
          <Button
            size="small"
            type="dashed"
            icon={<PlusOutlined />}
            onClick={() => onChange(addOutput(table))}
          >
            {t("editor.table.addOutput")}
          </Button>
        </Flex>
      )}
    </div>
  )
}

interface ColumnProps {
  kind: "inputs" | "outputs"
  column: TableInput | TableOutput
  isReadOnly: boolean
  onChange: (change: Partial<TableInput & TableOutput>) => void
  onRemove: () => void
}

function ColumnSettings({ kind, column, isReadOnly, onChange, onRemove }: ColumnProps) {
  const { t } = useTranslation()
  const settings = (
    <div className="column-settings">
      <Input
        aria-label={t("editor.table.columnName")}
        placeholder={t("editor.table.columnName")}
        maxLength={120}
        value={column.name ?? ""}
        disabled={isReadOnly}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      {"expression" in column && (
        <CodeField
          id={`column-${column.id}`}
          label={t("editor.table.expression")}
          value={column.expression}
          isTemplate={false}
          isReadOnly={isReadOnly}
          hint={t("editor.table.expression")}
          onChange={(expression) => onChange({ expression })}
        />
      )}
      <Select
        className="wide"
        aria-label={t("editor.table.type")}
        disabled={isReadOnly}
        value={column.type ?? "any"}
        options={COLUMN_TYPES.map((one) => ({ value: one, label: t(`editor.table.types.${one}`) }))}
        onChange={(type) => onChange({ type })}
      />
      {kind === "outputs" && (
        <Input
          aria-label={t("editor.table.default")}
          placeholder={t("editor.table.default")}
          value={writeCell("default" in column ? column.default : undefined)}
          disabled={isReadOnly}
          onChange={(event) =>
            onChange({
              default: readCell(event.target.value, { cells: "then", type: column.type }),
            })
          }
        />
      )}
      <Button danger size="small" disabled={isReadOnly} onClick={onRemove}>
        {t("editor.table.removeColumn")}
      </Button>
    </div>
  )
  return (
    <Popover trigger="click" content={settings} title={t("editor.table.column")} destroyOnHidden>
      <Button
        type="text"
        size="small"
        icon={<SettingOutlined />}
        aria-label={t("editor.table.column")}
      />
    </Popover>
  )
}
