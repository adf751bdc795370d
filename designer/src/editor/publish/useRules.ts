import { useQuery, useQueryClient } from "@tanstack/react-query"
import { App } from "antd"
import { call, callWithTag } from "@/api/client"
import type { RulesBody, RulesShown } from "@/api/types"
import { useEditor } from "../context"

/** What publishing this flow asks for, with the way to change it. */
export function useRules(): {
  rules: RulesShown | undefined
  save: (rules: RulesBody) => Promise<boolean>
} {
  const { flowKey } = useEditor()
  const client = useQueryClient()
  const { message } = App.useApp()
  const path = { key: flowKey }
  const found = useQuery({
    queryKey: ["read_publish_rules", { path }],
    queryFn: () => callWithTag("read_publish_rules", { path }),
    staleTime: 0,
  })
  return {
    rules: found.data?.value,
    save: async (rules) => {
      try {
        await call("update_publish_rules", { path, body: rules, match: found.data?.tag ?? "" })
        await client.invalidateQueries({ queryKey: ["read_publish_rules"] })
        await client.invalidateQueries({ queryKey: ["read_publish_gate"] })
        return true
      } catch (fault) {
        void message.error(fault instanceof Error ? fault.message : String(fault))
        return false
      }
    },
  }
}
