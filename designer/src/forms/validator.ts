/**
 * Checks values against JSON Schema without compiling code: the page's policy forbids `eval`.
 * Faults are sentences in the reader's language, under the field they are about.
 */
import { type OutputUnit, Validator } from "@cfworker/json-schema"
import type { ErrorSchema, RJSFSchema, RJSFValidationError, ValidatorType } from "@rjsf/utils"
import i18next from "i18next"
import { type FormSchema, resolved } from "./schema"

export interface FieldFault {
  /** JSON pointer of the value. */
  path: string
  message: string
}

/** What is wrong with a value; empty when nothing is. */
export function faultsOf(schema: FormSchema, value: unknown): FieldFault[] {
  const validator = new Validator(schema as object, "2020-12", false)
  const { valid, errors } = validator.validate(plain(value))
  if (valid) return []
  const found = new Map<string, FieldFault>()
  for (const unit of errors) {
    // The deepest word about a place comes last and says most; but a missing value says it all.
    for (const fault of faultOf(unit, schema, value))
      if (!found.has(fault.path) || unit.keyword !== "type") found.set(fault.path, fault)
  }
  // "Does not fit" about a container says nothing where a part of it has its own fault.
  const paths = [...found.keys()]
  return [...found.values()].filter(
    (fault) => !paths.some((path) => path !== fault.path && path.startsWith(`${fault.path}/`)),
  )
}

// These only say that something below them is wrong.
const OUTER = new Set([
  "properties",
  "items",
  "prefixItems",
  "additionalProperties",
  "$ref",
  "allOf",
])

function faultOf(unit: OutputUnit, schema: FormSchema, value: unknown): FieldFault[] {
  const at = unit.instanceLocation.replace(/^#/, "")
  const t = i18next.t
  if (unit.keyword === "required") {
    const name = /"([^"]+)"/.exec(unit.error)?.[1] ?? ""
    return [{ path: `${at}/${name}`, message: t("forms.required") }]
  }
  if (OUTER.has(unit.keyword)) return []
  const rule = atPointer(schema, unit.keywordLocation)
  const limit = typeof rule === "number" || typeof rule === "string" ? String(rule) : ""
  const words: Record<string, string> = {
    type: isEmpty(atPointer(value, at)) ? t("forms.required") : t("forms.type"),
    enum: t("forms.enum"),
    const: t("forms.enum"),
    minLength: limit === "1" ? t("forms.required") : t("forms.minLength", { limit }),
    maxLength: t("forms.maxLength", { limit }),
    pattern: t("forms.pattern"),
    format: t("forms.format"),
    minimum: t("forms.minimum", { limit }),
    maximum: t("forms.maximum", { limit }),
    exclusiveMinimum: t("forms.exclusiveMinimum", { limit }),
    exclusiveMaximum: t("forms.exclusiveMaximum", { limit }),
    minItems: t("forms.minItems", { limit }),
    maxItems: t("forms.maxItems", { limit }),
    uniqueItems: t("forms.uniqueItems"),
    false: t("forms.unknownField"),
  }
  return [{ path: at, message: words[unit.keyword] ?? t("forms.wrong") }]
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ""
}

function atPointer(value: unknown, pointer: string): unknown {
  let found = value
  for (const part of pointer.replace(/^#/, "").split("/").slice(1)) {
    if (typeof found !== "object" || found === null) return undefined
    const next = (found as Record<string, unknown>)[decodeURIComponent(part).replace(/~1/g, "/")]
    found = next
  }
  return found
}

/** Without members that are undefined: for JSON they are not there. */
function plain(value: unknown): unknown {
  return value === undefined ? {} : JSON.parse(JSON.stringify(value))
}

/** The same for react-jsonschema-form. */
export const validator: ValidatorType = {
  validateFormData(value, schema) {
    const faults = faultsOf(schema as FormSchema, value)
    return { errors: faults.map(asError), errorSchema: asTree(faults) }
  },
  isValid(schema, value, root) {
    try {
      const whole = { ...resolved(schema as FormSchema, root as FormSchema), $defs: root.$defs }
      return new Validator(whole as object, "2020-12").validate(plain(value)).valid
    } catch {
      return false
    }
  },
  rawValidation(schema: RJSFSchema, value?: unknown) {
    return { errors: faultsOf(schema as FormSchema, value).map(asError) as never[] }
  },
}

export default validator

function asError(fault: FieldFault): RJSFValidationError {
  return { property: fault.path.replaceAll("/", "."), message: fault.message, stack: fault.message }
}

/** Faults by pointer as the tree that forms hang them on. */
export function asTree(faults: readonly FieldFault[]): ErrorSchema {
  const tree: Record<string, unknown> = {}
  for (const fault of faults) {
    let place = tree
    for (const part of fault.path.split("/").slice(1)) {
      place[part] ??= {}
      place = place[part] as Record<string, unknown>
    }
    place.__errors = [...((place.__errors as string[] | undefined) ?? []), fault.message]
  }
  return tree as ErrorSchema
}
