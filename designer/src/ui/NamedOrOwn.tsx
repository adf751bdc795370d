import { Select, type SelectProps } from "antd"
import { useState } from "react"

interface Props extends Omit<SelectProps<string>, "options" | "value" | "onChange" | "showSearch"> {
  value: string
  onChange: (value: string) => void
  /** The known ones; what is chosen is shown by its label. */
  options: { value: string; label: string }[]
  /** What a value of one's own may look like. */
  own: RegExp
}

/** One of the known values by its name, or one of one's own, typed. */
export function NamedOrOwn({ value, onChange, options, own, ...more }: Props) {
  const [typed, setTyped] = useState("")
  const known = new Set(options.map((one) => one.value))
  const others = [...new Set([value, own.test(typed) ? typed : ""])]
    .filter((one) => one && !known.has(one))
    .map((one) => ({ value: one, label: one }))
  return (
    <Select<string>
      {...more}
      showSearch={{
        onSearch: (next) => setTyped(next.trim()),
        filterOption: (search, option) =>
          [option?.value, option?.label].some((one) =>
            String(one ?? "")
              .toLowerCase()
              .includes(search.trim().toLowerCase()),
          ),
      }}
      value={value || null}
      options={[...options, ...others]}
      onChange={onChange}
    />
  )
}
