// A decision table's document (engine/core/decision.py) and what a spreadsheet does to it.

import { freshId } from "./ids"
import type { Json, JsonObject } from "./types"

export type ColumnType = "any" | "number" | "text" | "boolean" | "date" | "time" | "list"
export const COLUMN_TYPES: ColumnType[] = [
  "any",
  "number",
  "text",
  "boolean",
  "date",
  "time",
  "list",
]

export interface TableInput {
  id: string
  name?: string
  expression: string
  type?: ColumnType
  values?: Json[]
  minimum?: string | null
  maximum?: string | null
}

export interface TableOutput {
  id: string
  name?: string
  type?: ColumnType
  values?: Json[]
  default?: Json
}

export interface TableRow {
  id: string
  when?: JsonObject
  then?: JsonObject
  note?: string
}

export interface Table {
  hit_policy?: "unique" | "any" | "first" | "priority" | "rule_order" | "output_order" | "collect"
  aggregate?: "list" | "sum" | "min" | "max" | "count"
  inputs?: TableInput[]
  outputs: TableOutput[]
  rows?: TableRow[]
  zone?: string
}

/** A stored table, or an empty one with a single result. */
export function tableOf(value: JsonObject): Table {
  const table = value as unknown as Table
  return Array.isArray(table.outputs) ? table : { ...table, outputs: [{ id: "result", name: "" }] }
}

type Columns = "inputs" | "outputs"

function takenIds(table: Table): Set<string> {
  return new Set([
    ...(table.inputs ?? []).map((one) => one.id),
    ...table.outputs.map((one) => one.id),
    ...(table.rows ?? []).map((one) => one.id),
  ])
}

export function addRow(table: Table): Partial<Table> {
  const id = freshId(takenIds(table), "r")
  return { rows: [...(table.rows ?? []), { id }] }
}

export function removeRow(table: Table, id: string): Partial<Table> {
  return { rows: (table.rows ?? []).filter((row) => row.id !== id) }
}

export function addInput(table: Table, expression: string, name: string): Partial<Table> {
  const id = freshId(takenIds(table), "in")
  return { inputs: [...(table.inputs ?? []), { id, name, expression }] }
}

export function addOutput(table: Table): Partial<Table> {
  const id = freshId(takenIds(table), "out")
  return { outputs: [...table.outputs, { id, name: "" }] }
}

/** A column goes with its cells; the last result stays. */
export function removeColumn(table: Table, kind: Columns, id: string): Partial<Table> {
  const cells = kind === "inputs" ? "when" : "then"
  const rows = (table.rows ?? []).map((row) => {
    const { [id]: _, ...rest } = row[cells] ?? {}
    return { ...row, [cells]: rest }
  })
  if (kind === "inputs") {
    return { rows, inputs: (table.inputs ?? []).filter((one) => one.id !== id) }
  }
  const outputs = table.outputs.filter((one) => one.id !== id)
  return outputs.length === 0 ? {} : { rows, outputs }
}

export function setColumn(
  table: Table,
  kind: Columns,
  id: string,
  change: Partial<TableInput & TableOutput>,
): Partial<Table> {
  if (kind === "inputs") {
    return {
      inputs: (table.inputs ?? []).map((one) => (one.id === id ? { ...one, ...change } : one)),
    }
  }
  return { outputs: table.outputs.map((one) => (one.id === id ? { ...one, ...change } : one)) }
}

/** Cells as texts from one on, to the right and down, as they come from a spreadsheet. */
export function pasteCells(
  table: Table,
  at: { row: number; column: number },
  text: string,
): Partial<Table> {
  const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n")
  const columns = [
    ...(table.inputs ?? []).map((one) => ({ id: one.id, cells: "when" as const, type: one.type })),
    ...table.outputs.map((one) => ({ id: one.id, cells: "then" as const, type: one.type })),
  ]
  const taken = takenIds(table)
  const rows = [...(table.rows ?? [])]
  lines.forEach((line, down) => {
    const index = at.row + down
    const row = rows[index] ?? { id: freshId(taken, "r") }
    let made: TableRow = row
    line.split("\t").forEach((cell, right) => {
      const column = columns[at.column + right]
      if (column) made = setCell(made, column.cells, column.id, readCell(cell, column))
    })
    rows[index] = made
  })
  return { rows }
}

/** A row with one cell changed; an empty one is left out. */
export function setCell(row: TableRow, cells: "when" | "then", id: string, value: Json): TableRow {
  const { [id]: _, ...rest } = row[cells] ?? {}
  return { ...row, [cells]: value === "" || value === null ? rest : { ...rest, [id]: value } }
}

/** What is typed into a cell: results of numbers and yes/no are such values, the rest is text. */
export function readCell(
  text: string,
  column: { cells: "when" | "then"; type?: ColumnType | undefined },
): Json {
  const typed = text.trim()
  if (column.cells === "when" || typed === "" || typed.startsWith("=")) return typed
  if (column.type === "boolean") {
    if (/^(true|是|yes)$/i.test(typed)) return true
    if (/^(false|否|no)$/i.test(typed)) return false
  }
  return typed
}

export function writeCell(value: Json | undefined): string {
  if (value === undefined || value === null) return ""
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}
