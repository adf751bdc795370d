import type { Flow } from "@/flow/types"
import { useEditor } from "../context"
import { DiffPicture } from "./DiffPicture"

/** Two documents of the flow that is edited, drawn as one. */
export function DiffView({ before, after }: { before: Flow; after: Flow }) {
  const { catalog } = useEditor()
  return <DiffPicture before={before} after={after} catalog={catalog} />
}
