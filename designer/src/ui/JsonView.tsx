import { Typography } from "antd"

/** A value as it is, for those who read it: copied by one click. */
export function JsonView({ value }: { value: unknown }) {
  const text = JSON.stringify(value, null, 2) ?? "null"
  return (
    <div className="json-view">
      <Typography.Text copyable={{ text }} />
      <pre>{text}</pre>
    </div>
  )
}
