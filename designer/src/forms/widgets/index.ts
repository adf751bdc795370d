/** The fixed vocabulary of widgets: the names of engine/core/fields.py, and a few kinds of value. */
import { RecordMapping } from "../mapping/RecordMapping"
import type { FormSchema } from "../schema"
import type { Widget } from "../widget"
import { Condition } from "./Condition"
import { ConnectionPicker } from "./ConnectionPicker"
import { DecisionTable } from "./DecisionTable"
import { Duration } from "./Duration"
import { Expression, Template } from "./Expression"
import { FormBuilder } from "./FormBuilder"
import { Json } from "./Json"
import { KeyValue } from "./KeyValue"
import { Mapping } from "./Mapping"
import { Money } from "./Money"
import { OptionalGroup } from "./OptionalGroup"
import { People } from "./People"
import {
  CalendarPicker,
  CustomerFieldPicker,
  EventTypePicker,
  FlowPicker,
  VariablePicker,
} from "./pickers"
import { Choice, DateInput, Multiline, NumberInput, Tags, Text, TimeOfDay, Toggle } from "./plain"
import { Roles } from "./Roles"
import { Schedule } from "./Schedule"
import { Secret } from "./Secret"

/** By the name a schema gives in `x-widget`. */
export const WIDGETS: Record<string, Widget> = {
  text: Text,
  multiline: Multiline,
  number: NumberInput,
  switch: Toggle,
  select: Choice,
  tags: Tags,
  duration: Duration,
  money: Money,
  time_of_day: TimeOfDay,
  secret: Secret,
  json: Json,
  mapping: Mapping,
  connection: ConnectionPicker,
  template: Template,
  expression: Expression,
  condition: Condition,
  segment: Condition,
  table: DecisionTable,
  schedule: Schedule,
  event_type: EventTypePicker,
  flow: FlowPicker,
  people: People,
  roles: Roles,
  optional: OptionalGroup,
  form: FormBuilder,
  customer_field: CustomerFieldPicker,
  calendar: CalendarPicker,
  variable: VariablePicker,
  // Channels come as an enum with labels, and as free keys elsewhere.
  channel: Text,
  mapping_to_record: RecordMapping,
}

// Drawn by the form itself, field below field, by our templates.
const NESTED = new Set(["list", "group"])

/** The widget of a schema; undefined when its fields are drawn one below the other. */
export function widgetOf(schema: FormSchema): Widget | undefined {
  const named = schema["x-widget"]
  if (named && !NESTED.has(named)) {
    const found = WIDGETS[named]
    if (found) return found
  }
  return byKind(schema)
}

function byKind(schema: FormSchema): Widget | undefined {
  if (schema.enum || schema["x-options"]) return schema.type === "array" ? Tags : Choice
  const type = Array.isArray(schema.type)
    ? schema.type.find((each) => each !== "null")
    : schema.type
  switch (type) {
    case "boolean":
      return Toggle
    case "integer":
    case "number":
      return NumberInput
    case "string":
      return byFormat(schema)
    case "array":
      return byItems(schema)
    case "object":
      return byMembers(schema)
    default:
      return schema.anyOf || schema.oneOf || schema.allOf || schema.$ref ? undefined : Json
  }
}

function byFormat(schema: FormSchema): Widget {
  if (schema.format === "date" || schema.format === "date-time") return DateInput
  if (schema.format === "time") return TimeOfDay
  if (schema.format === "duration") return Duration
  return schema.format === "password" ? Secret : Text
}

function byItems(schema: FormSchema): Widget | undefined {
  if (schema.items?.enum || schema.items?.oneOf) return Choice
  const kind = schema.items?.type
  return kind === "string" || kind === "integer" || kind === "number" ? Tags : undefined
}

function byMembers(schema: FormSchema): Widget | undefined {
  if (schema.properties) return undefined
  const rest = schema.additionalProperties
  return typeof rest === "object" && rest.type === "string" ? KeyValue : Json
}
