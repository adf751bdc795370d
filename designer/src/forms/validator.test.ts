import { describe, expect, it } from "vitest"
import { asTree, faultsOf } from "./validator"

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["host"],
  properties: {
    host: { type: "string", minLength: 1 },
    port: { type: "integer", minimum: 1, maximum: 65535 },
    url: { type: "string", pattern: "^https?://" },
    rows: { type: "array", items: { type: "object", required: ["to"], properties: {} } },
  },
}

describe("faults", () => {
  it("stand under the field they are about, in the reader's words", () => {
    expect(faultsOf(SCHEMA, {})).toEqual([{ path: "/host", message: "请填写" }])
    expect(faultsOf(SCHEMA, { host: "" })).toEqual([{ path: "/host", message: "请填写" }])
    expect(faultsOf(SCHEMA, { host: "a", port: 0 })).toEqual([
      { path: "/port", message: "不能小于 1" },
    ])
    expect(faultsOf(SCHEMA, { host: "a", url: "x" })).toEqual([
      { path: "/url", message: "格式不对" },
    ])
  })

  it("name the row of a list", () => {
    expect(faultsOf(SCHEMA, { host: "a", rows: [{ to: 1 }, {}] })).toEqual([
      { path: "/rows/1/to", message: "请填写" },
    ])
  })

  it("are none for a value that fits; undefined members are not there", () => {
    expect(faultsOf(SCHEMA, { host: "a", port: 25, url: undefined })).toEqual([])
  })

  it("hang on a tree for the form", () => {
    expect(asTree([{ path: "/a/0/b", message: "m" }])).toEqual({
      a: { 0: { b: { __errors: ["m"] } } },
    })
  })
})
