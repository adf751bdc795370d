import { Input } from "antd"
import { useFilter } from "./address"

/** A filter of a list that is typed; it stands in the address under `name`. */
export function SearchField({ name, label, hint }: { name: string; label: string; hint?: string }) {
  const [value, setValue] = useFilter(name)
  return (
    <Input.Search
      allowClear
      defaultValue={value}
      aria-label={label}
      placeholder={hint ?? label}
      onSearch={(next) => setValue(next.trim() || undefined)}
    />
  )
}
