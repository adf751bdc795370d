import { describe, expect, it } from "vitest"
import { KINDS, recordOf, type Shape, schemaFrom, shapeFrom, TYPE, wrongKeys } from "./schema"

const SHAPE: Shape = {
  fields: KINDS.map((kind, at) => ({
    key: `field_${at}`,
    label: at % 2 ? "名称" : "",
    kind,
    isNeeded: at < 2,
    options: kind === "select" ? ["高", "低"] : [],
  })),
  hasId: true,
  hasIdentities: true,
}

describe("fields of an own event", () => {
  it("become a schema and come back as they were", () => {
    const schema = schemaFrom("testdrive", SHAPE)
    expect(schema.required).toEqual(["testdrive"])
    expect(shapeFrom("testdrive", schema)).toEqual(SHAPE)
    const bare: Shape = { fields: [], hasId: false, hasIdentities: false }
    expect(shapeFrom("visit", schemaFrom("visit", bare))).toEqual(bare)
  })

  it("are left to the text where a schema says more than a table can", () => {
    const nested = { type: "object", properties: { a: { type: "object", properties: {} } } }
    const data = { type: "object", required: ["visit"], properties: { visit: nested } }
    expect(shapeFrom("visit", data)).toBeNull()
    const long = schemaFrom("visit", {
      ...SHAPE,
      fields: [{ key: "word", label: "", kind: "text", isNeeded: false, options: [] }],
    })
    const visit = (long.properties as Record<string, { properties: object }>).visit
    Object.assign(visit?.properties ?? {}, { word: { type: "string", pattern: "^a" } })
    expect(shapeFrom("visit", long)).toBeNull()
  })

  it("say which keys are none, or stand twice", () => {
    const field = { label: "", kind: "text", isNeeded: false, options: [] } as const
    const keys = (...names: string[]): Shape => ({
      hasId: true,
      hasIdentities: false,
      fields: names.map((key) => ({ ...field, key, options: [] })),
    })
    expect([...wrongKeys(keys("model", "1x", "id", "a", "a", ""))]).toEqual(["1x", "id", "a", ""])
    expect(wrongKeys(keys("model", "identities")).size).toBe(0)
  })
})

it("knows what may be a type, and its record", () => {
  expect(["testdrive.done", "a.b.c"].every((one) => TYPE.test(one))).toBe(true)
  expect(["done", "Testdrive.done", "a.", ".b"].some((one) => TYPE.test(one))).toBe(false)
  expect(recordOf("testdrive.done")).toBe("testdrive")
})
