import { useQueryClient } from "@tanstack/react-query"
import { Alert, App, Button, Input, Modal, Space, Tabs } from "antd"
import { useEffect, useState } from "react"
import { useTranslation } from "react-i18next"
import { useStore } from "zustand"
import { call } from "@/api/client"
import { isProblem } from "@/api/problem"
import { useRead } from "@/api/queries"
import type { Flow } from "@/flow/types"
import { useEditor, useEditorSession } from "../context"
import { DiffView } from "../panels/DiffView"
import { DiffWords } from "../panels/DiffWords"
import { wordsOf } from "../panels/words"
import { Gate } from "../publish/Gate"
import { LocksTouched } from "../publish/LocksTouched"
import type { Autosaver } from "../saving"

/** One page before it is live: what changes, what is missing, who must agree, a word for others. */
export function PublishDialog({ saver }: { saver: Autosaver }) {
  const { session } = useEditor()
  const { t } = useTranslation()
  const open = useEditorSession((state) => state.dialog === "publish")
  return (
    <Modal
      open={open}
      title={t("editor.publish.title")}
      width={960}
      footer={null}
      destroyOnHidden
      onCancel={() => session.setState({ dialog: null })}
    >
      <Page saver={saver} />
    </Modal>
  )
}

function Page({ saver }: { saver: Autosaver }) {
  const { flowKey, session, store } = useEditor()
  const { t, i18n } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  const [note, setNote] = useState("")
  const [isBusy, setBusy] = useState(false)
  const [isSaved, setSaved] = useState(false)
  const [refused, setRefused] = useState<string[]>([])
  const { state } = useStore(saver.saving)
  const problems = useEditorSession((one) => one.allProblems)
  const versions = useRead("list_versions", { path: { key: flowKey } })
  // What is asked of the draft is asked of what the server has of it.
  const gate = useRead("read_publish_gate", { path: { key: flowKey } }, { enabled: isSaved })
  const live = versions.data?.items[0]
  const errors = problems.filter((one) => one.level === "error")
  const remarks = problems.filter((one) => one.level !== "error")
  useEffect(() => {
    void saver.now().then(async () => {
      await client.invalidateQueries({ queryKey: ["read_publish_gate"] })
      setSaved(true)
    })
  }, [saver, client])
  const isGreen = errors.length === 0 && (gate.data?.problems.length ?? 0) === 0
  const publish = async () => {
    setBusy(true)
    setRefused([])
    try {
      if (!(await saver.now())) return
      const { revision } = saver.saving.getState()
      const made = await call("publish_flow", {
        path: { key: flowKey },
        body: { note },
        match: revision,
      })
      void message.success(t("editor.publish.done", { number: made.number }))
      session.setState({ dialog: null })
      await client.invalidateQueries()
    } catch (fault) {
      const said = isProblem(fault) ? fault.items.map((one) => wordsOf(one, i18n.language)) : []
      setRefused([fault instanceof Error ? fault.message : String(fault), ...said])
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="publish">
      {errors.length > 0 ? (
        <Alert
          type="error"
          showIcon
          title={t("editor.publish.errors", { count: errors.length })}
          action={
            <Button
              size="small"
              onClick={() => session.setState({ dialog: null, panel: "problems" })}
            >
              {t("editor.publish.look")}
            </Button>
          }
        />
      ) : (
        <Alert type="success" showIcon title={t("editor.problems.fine")} />
      )}
      {remarks.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t("editor.publish.remarks", { count: remarks.length })}
          description={
            <ul>
              {remarks.slice(0, 8).map((one) => (
                <li key={`${one.path} ${one.code}`}>{wordsOf(one, i18n.language)}</li>
              ))}
            </ul>
          }
        />
      )}
      {gate.error && <Alert type="warning" showIcon title={gate.error.message} />}
      {gate.data && <Gate found={gate.data} />}
      <section aria-label={t("editor.publish.changes")}>
        <h4>{t("editor.publish.changes")}</h4>
        {live && (
          <Tabs
            items={[
              {
                key: "words",
                label: t("editor.publish.words", { number: live.number }),
                children: <DiffWords saver={saver} from="live" />,
              },
              {
                key: "drawn",
                label: t("editor.publish.drawn"),
                children: <Drawn number={live.number} after={store.getState().flow} />,
              },
            ]}
          />
        )}
        {versions.isSuccess && !live && <p>{t("editor.publish.first")}</p>}
      </section>
      <LocksTouched number={live?.number ?? null} />
      <Input.TextArea
        rows={2}
        maxLength={2000}
        aria-label={t("editor.publish.note")}
        placeholder={t("editor.publish.note")}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      {refused.length > 0 && (
        <Alert
          type="error"
          showIcon
          title={refused[0]}
          description={refused.slice(1).map((one) => <div key={one}>{one}</div>)}
        />
      )}
      <Space className="publish-actions">
        <Button onClick={() => session.setState({ dialog: null })}>{t("word.cancel")}</Button>
        <Button
          type="primary"
          loading={isBusy}
          disabled={!isGreen || state === "conflict"}
          onClick={() => void publish()}
        >
          {t("editor.publish.go")}
        </Button>
      </Space>
    </div>
  )
}

function Drawn({ number, after }: { number: number; after: Flow }) {
  const { flowKey } = useEditor()
  const version = useRead("read_version", { path: { key: flowKey, which: String(number) } })
  return version.data ? <DiffView before={version.data as unknown as Flow} after={after} /> : null
}
