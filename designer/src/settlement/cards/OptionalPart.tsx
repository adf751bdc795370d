import { Switch } from "antd"
import { Bound } from "./Bound"

/** A part of a model that may be left out, by a switch. */
export function OptionalPart({ at, fresh, help }: { at: string; fresh: object; help?: string }) {
  return (
    <Bound at={at} isOuter help={help}>
      {(field) => (
        <Switch
          id={field.id}
          checked={field.value !== undefined && field.value !== null}
          disabled={field.isDisabled}
          onChange={(isOn) => field.set(isOn ? fresh : undefined)}
        />
      )}
    </Bound>
  )
}
