import { useQueryClient } from "@tanstack/react-query"
import { ReactFlowProvider } from "@xyflow/react"
import { Result, Skeleton } from "antd"
import { useEffect, useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { useParams } from "react-router"
import { call } from "@/api/client"
import { early } from "@/api/early"
import { keyOf, useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { FlowWithDraft } from "@/api/types"
import { blocksOf, type Catalog } from "@/flow/catalog"
import { placed } from "@/flow/layout"
import type { Flow } from "@/flow/types"
import { EditorContext, type EditorParts } from "./context"
import { Desk } from "./Desk"
import { Autosaver } from "./saving"
import { createDrag, createSession } from "./session"
import { createFlowStore } from "./store"
import { useLock } from "./useLock"

/** The page of one flow: reads it and the catalog, then opens the desk. */
export function Editor() {
  const { key = "" } = useParams()
  const { t, i18n } = useTranslation()
  const locale = i18n.language === "en" ? "en" : "zh"
  const catalog = useRead("read_catalog", { query: { locale } })
  const flow = useFresh(key)
  const fault = catalog.error ?? flow.fault
  if (fault) return <Result status="warning" title={fault.message} />
  if (!catalog.data || !flow.data) {
    return <Skeleton active className="desk-loading" paragraph={{ rows: 8 }} title={false} />
  }
  const document = flow.data.draft as unknown as Flow | null
  if (!document) return <Result status="info" title={t("editor.noDraft")} />
  return (
    <Open
      key={key}
      flowKey={key}
      document={document}
      shown={flow.data}
      catalog={catalog.data as unknown as Catalog}
    />
  )
}

/** The flow as it is now: an editor never begins with what a list had read before. */
function useFresh(key: string): { data: FlowWithDraft | null; fault: Error | null } {
  const client = useQueryClient()
  const [found, setFound] = useState<{ data: FlowWithDraft | null; fault: Error | null }>({
    data: null,
    fault: null,
  })
  useEffect(() => {
    let over = false
    setFound({ data: null, fault: null })
    const given = { path: { key } }
    const answer = early("read_flow", given) ?? call("read_flow", given)
    answer.then(
      (data) => !over && setFound({ data, fault: null }),
      (fault: Error) => !over && setFound({ data: null, fault }),
    )
    return () => {
      over = true
      void client.invalidateQueries({ queryKey: keyOf("read_flow", given) })
    }
  }, [key, client])
  return found
}

interface OpenProps {
  flowKey: string
  document: Flow
  shown: FlowWithDraft
  catalog: Catalog
}

function Open({ flowKey, document, shown, catalog }: OpenProps) {
  const { t } = useTranslation()
  const may = useMay()
  const mayEdit = may("flows.edit")
  const [kept] = useState(() => {
    const store = createFlowStore(placed(document, blocksOf(catalog)))
    const saver = new Autosaver(store, shown.revision, (flow, revision) =>
      call("save_draft", {
        path: { key: flowKey },
        body: flow as unknown as Parameters<typeof call<"save_draft">>[1]["body"],
        match: revision,
      }),
    )
    return { store, saver, session: createSession(), drag: createDrag(), view: { current: null } }
  })
  const lock = useLock(flowKey, mayEdit)
  const readOnly = !mayEdit || lock.state !== "mine"
  useEffect(() => {
    kept.session.setState({ readOnly })
    kept.saver.pause(readOnly)
  }, [readOnly, kept])
  useEffect(() => {
    const { saver } = kept
    const warn = (event: BeforeUnloadEvent) => {
      if (saver.isDirty) event.preventDefault()
    }
    window.addEventListener("beforeunload", warn)
    return () => {
      window.removeEventListener("beforeunload", warn)
      void saver.now()
    }
  }, [kept])
  const blocks = blocksOf(catalog)
  const parts: EditorParts = useMemo(
    () => ({ ...kept, flowKey, catalog, blocks, t, save: () => kept.saver.now() }),
    [kept, flowKey, catalog, blocks, t],
  )
  return (
    <EditorContext.Provider value={parts}>
      <ReactFlowProvider>
        <Desk lock={lock} saver={kept.saver} shown={shown} mayEdit={mayEdit} />
      </ReactFlowProvider>
    </EditorContext.Provider>
  )
}
