// biome-ignore-all lint/suspicious/noThenProperty: the table document calls its results so

import { expect, it } from "vitest"
import { addOutput, addRow, pasteCells, removeColumn, tableOf } from "./table"

const table = tableOf({
  inputs: [{ id: "in1", expression: "order.amount", type: "number" }],
  outputs: [
    { id: "rate", type: "number" },
    { id: "vip", type: "boolean" },
  ],
  rows: [{ id: "r1", when: { in1: ">= 100" }, then: { rate: "0.1" } }],
})

it("takes a block from a spreadsheet, making the rows it needs", () => {
  const { rows } = pasteCells(
    table,
    { row: 0, column: 0 },
    ">= 500\t0.2\t是\n[100..500)\t0.1\t否\n",
  )
  expect(rows).toEqual([
    { id: "r1", when: { in1: ">= 500" }, then: { rate: "0.2", vip: true } },
    { id: "r2", when: { in1: "[100..500)" }, then: { rate: "0.1", vip: false } },
  ])
})

it("takes a column away with its cells, but never the last result", () => {
  expect(removeColumn(table, "inputs", "in1")).toEqual({
    inputs: [],
    rows: [{ id: "r1", when: {}, then: { rate: "0.1" } }],
  })
  expect(removeColumn(tableOf({ outputs: [{ id: "rate" }] }), "outputs", "rate")).toEqual({})
})

it("gives rows and columns ids that are free", () => {
  expect(addRow(table).rows?.at(-1)).toEqual({ id: "r2" })
  expect(addOutput(table).outputs?.at(-1)).toEqual({ id: "out1", name: "" })
  expect(tableOf({}).outputs).toHaveLength(1)
})
