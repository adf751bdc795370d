import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Simulation } from "@/api/types"
import { labelledPorts, labelOf } from "@/editor/canvas/labels"
import { blocksOf, type Catalog } from "@/flow/catalog"
import { findNode } from "@/flow/graphs"
import type { Flow } from "@/flow/types"

/** The document that was tried: the version, or the draft as it is today. */
export function useTried(found: Simulation): Flow | undefined {
  const may = useMay()
  const version = useRead(
    "read_version",
    { path: { key: found.flow_key, which: found.which } },
    { enabled: may("flows.read") },
  )
  return version.data as unknown as Flow | undefined
}

/** What a step is called in that document. */
export function nameIn(flow: Flow | undefined, id: string, names: ReadonlyMap<string, string>) {
  return names.get(id) || flow?.nodes?.find((node) => node.id === id)?.name || id
}

/** What the ways out of its steps are called in that document. */
export function usePortNames(flow: Flow | undefined): (node: string, port: string) => string {
  const { i18n } = useTranslation()
  const locale = i18n.language === "en" ? "en" : "zh"
  const catalog = useRead("read_catalog", { query: { locale } })
  return (id, port) => {
    const found = flow && findNode(flow, id)
    const block =
      found && catalog.data
        ? blocksOf(catalog.data as unknown as Catalog).get(found.node.type)
        : undefined
    const ports = found ? labelledPorts(found.node, block, found.graph) : []
    return ports.find((one) => one.id === port)?.label ?? labelOf(port, block)
  }
}
