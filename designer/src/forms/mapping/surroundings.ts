import { useFormContext } from "../context"
import type { FormSchema } from "../schema"

/** What the mapping wants to know of the form it stands in; the connections' room fills it in. */
export interface MappingRoot {
  /** The whole settings' schema: what its parts refer to by name. */
  root: FormSchema
  /** Begin with a sample. */
  isSample: boolean
  /** The newest record that was refused: a real one to map by. */
  record: Record<string, unknown> | undefined
}

export function useMappingRoot(): MappingRoot {
  const given = useFormContext().mapping as Partial<MappingRoot> | undefined
  return { root: given?.root ?? {}, isSample: given?.isSample ?? false, record: given?.record }
}
