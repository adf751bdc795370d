import { App, Button, Modal, Space } from "antd"
import { useEffect, useState } from "react"
import { useTranslation } from "react-i18next"
import { useStore } from "zustand"
import { call } from "@/api/client"
import { differences } from "@/flow/diff"
import type { Flow } from "@/flow/types"
import { useEditor } from "../context"
import { DiffView } from "../panels/DiffView"
import type { Autosaver } from "../saving"

/** Somebody else saved in between: what differs, and whose document is kept. */
export function ConflictDialog({ saver, flowKey }: { saver: Autosaver; flowKey: string }) {
  const { store } = useEditor()
  const { t } = useTranslation()
  const { message } = App.useApp()
  const isOpen = useStore(saver.saving, (saving) => saving.state === "conflict")
  const [theirs, setTheirs] = useState<{ flow: Flow; revision: number } | null>(null)
  useEffect(() => {
    if (!isOpen) return
    setTheirs(null)
    call("read_flow", { path: { key: flowKey } }).then(
      ({ draft, revision }) => setTheirs({ flow: draft as unknown as Flow, revision }),
      (fault: Error) => message.error(fault.message),
    )
  }, [isOpen, flowKey, message])
  if (!isOpen) return null
  const mine = store.getState().flow
  const keepMine = () => theirs && saver.rebase(theirs.flow, theirs.revision)
  const takeTheirs = () => {
    if (!theirs) return
    saver.rebase(theirs.flow, theirs.revision)
    store.getState().replace(theirs.flow)
  }
  const count = theirs ? differences(theirs.flow, mine) : null
  return (
    <Modal
      open
      title={t("editor.conflict.title")}
      width={960}
      closable={false}
      footer={
        <Space>
          <Button onClick={takeTheirs} disabled={!theirs}>
            {t("editor.conflict.theirs")}
          </Button>
          <Button type="primary" onClick={keepMine} disabled={!theirs}>
            {t("editor.conflict.mine")}
          </Button>
        </Space>
      }
    >
      <p>
        {t("editor.conflict.about", { count: (count?.nodes.size ?? 0) + (count?.edges.size ?? 0) })}
      </p>
      {theirs && <DiffView before={theirs.flow} after={mine} />}
    </Modal>
  )
}
