import { describe, expect, it } from "vitest"
import { defaultsOf, prepare, resolved } from "./schema"

describe("a schema as the form draws it", () => {
  it("speaks the reader's language", () => {
    const schema = {
      type: "object",
      properties: {
        level: {
          type: "string",
          enum: ["a"],
          "x-title": { zh: "等级", en: "Level" },
          "x-help": { zh: "说明", en: "Help" },
          "x-options": { a: { zh: "甲", en: "First" } as never },
        },
      },
    }
    const zh = prepare(schema, false).properties?.level
    const en = prepare(schema, true).properties?.level
    expect([zh?.title, zh?.description, zh?.["x-options"]?.a]).toEqual(["等级", "说明", "甲"])
    expect([en?.title, en?.description, en?.["x-options"]?.a]).toEqual(["Level", "Help", "First"])
  })

  it("takes a value or null as that value, left empty", () => {
    const found = prepare({ anyOf: [{ type: "string" }, { type: "null" }], title: "备注" }, false)
    expect(found).toEqual({ type: "string", title: "备注", "x-nullable": true })
  })

  it("leaves real choices as they are", () => {
    const schema = { anyOf: [{ type: "string" }, { type: "object" }] }
    expect(prepare(schema, false).anyOf).toHaveLength(2)
  })

  it("finds what a reference names, own hints first", () => {
    const root = { $defs: { Who: { type: "object", title: "Who" } } }
    expect(resolved({ $ref: "#/$defs/Who", title: "交给谁" }, root)).toEqual({
      type: "object",
      title: "交给谁",
    })
    expect(resolved({ $ref: "#/$defs/Gone" }, root)).toEqual({})
  })
})

describe("defaults", () => {
  it("hold what the schema gives and nothing else", () => {
    const schema = {
      type: "object",
      required: ["name"],
      properties: {
        name: { type: "string" },
        kind: { type: "string", default: "none" },
        more: { type: "object", properties: { deep: { type: "number", default: 3 } } },
        list: { type: "array", default: [1] },
      },
    }
    const first = defaultsOf(schema) as { list: number[] }
    expect(first).toEqual({ kind: "none", more: { deep: 3 }, list: [1] })
    first.list.push(2)
    expect(defaultsOf(schema)).toEqual({ kind: "none", more: { deep: 3 }, list: [1] })
  })

  it("end where a schema names itself", () => {
    const group = { type: "object", properties: { inner: { $ref: "#/$defs/Group" } } }
    const schema = { $ref: "#/$defs/Group", $defs: { Group: group } }
    expect(defaultsOf(schema)).toBeDefined()
  })
})
