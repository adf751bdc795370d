import { useEffect } from "react"
import { useStore } from "zustand"
import { call } from "@/api/client"
import { isProblem } from "@/api/problem"
import type { Flow, Graph, Problem } from "@/flow/types"
import { useEditor } from "./context"

/** Keeps the list of problems up to date: the server checks what is on the canvas. */
export function useProblems(): void {
  const { store, session } = useEditor()
  const flow = useStore(store, (state) => state.flow)
  useEffect(() => {
    const stop = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const body = flow as unknown as Parameters<typeof call<"validate_document">>[1]["body"]
        const { problems } = await call("validate_document", { body, signal: stop.signal })
        session.setState(sorted(flow, problems))
      } catch (fault) {
        // A document the server cannot even read: it says where.
        if (isProblem(fault) && fault.status === 422) session.setState(sorted(flow, fault.items))
      }
    }, 500)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [flow, session])
}

function sorted(flow: Flow, problems: readonly Problem[]) {
  const told = problems.map((one) => ({ ...one, node: one.node ?? nodeAt(flow, one.path) }))
  told.sort((a, b) => Number(a.level !== "error") - Number(b.level !== "error"))
  const byNode = new Map<string, Problem[]>()
  for (const one of told) {
    if (one.node) byNode.set(one.node, [...(byNode.get(one.node) ?? []), one])
  }
  return { allProblems: told, problems: byNode }
}

/** The step a pointer such as /nodes/3/body/nodes/0/config leads into; null when it is none. */
export function nodeAt(flow: Flow, path: string): string | null {
  let graph: Graph | undefined | null = flow
  let found: string | null = null
  const parts = path.split("/").slice(1)
  while (graph && parts[0] === "nodes" && parts[1] !== undefined) {
    const node: NonNullable<Graph["nodes"]>[number] | undefined = graph.nodes?.[Number(parts[1])]
    if (!node) break
    found = node.id
    if (parts[2] === "body") graph = node.body
    else if (parts[2] === "handlers") graph = node.handlers?.[parts[3] ?? ""]
    else break
    parts.splice(0, parts[2] === "body" ? 3 : 4)
  }
  return found
}
