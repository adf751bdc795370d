import { useQuery } from "@tanstack/react-query"
import { Alert, Spin } from "antd"
import { call } from "@/api/client"
import { useEditor } from "../context"
import type { Autosaver } from "../saving"
import { Changes } from "./Changes"

/** What changed from a version to the draft, in words. What is not saved yet is saved first. */
export function DiffWords({ saver, from }: { saver: Autosaver; from: string }) {
  const { flowKey } = useEditor()
  const diff = useQuery({
    queryKey: ["diff_versions", flowKey, from, saver.saving.getState().revision],
    queryFn: async () => {
      await saver.now()
      return call("diff_versions", { path: { key: flowKey }, query: { from, to: "draft" } })
    },
    retry: false,
  })
  if (diff.error) return <Alert type="warning" title={diff.error.message} />
  return diff.data ? <Changes changes={diff.data.changes} /> : <Spin />
}
