import type { WidgetProps } from "../widget"
import { FileMapping } from "./FileMapping"
import { JsonMapping } from "./JsonMapping"

/** A mapping onto records: of a file's columns, or of pointers into plain JSON. */
export function RecordMapping(props: WidgetProps) {
  return props.schema.properties?.columns ? <FileMapping {...props} /> : <JsonMapping {...props} />
}
