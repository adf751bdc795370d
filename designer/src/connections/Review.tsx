import { App, Button, Flex, Input, Modal, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { Connection, ReviewRecord } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { When } from "@/text/When"
import { JsonView } from "@/ui/JsonView"

/** Records that could not be translated: put right and received, or closed. */
export function Review({ connection }: { connection: Connection }) {
  const { t } = useTranslation()
  const list = useList("list_review", { path: { key: connection.key }, query: { limit: 50 } })
  return (
    <Rows
      query={list}
      rowKey="id"
      empty={<Typography.Text type="secondary">{t("connections.noReview")}</Typography.Text>}
      expanded={(row) => <JsonView value={row.record} />}
      columns={[
        { title: t("word.reason"), render: (_, row) => wordsOf(row.reason) },
        { title: t("connections.receivedAt"), render: (_, row) => <When at={row.received_at} /> },
        { title: t("word.actions"), render: (_, row) => <Actions row={row} /> },
      ]}
    />
  )
}

function wordsOf(reason: unknown): string {
  const said = reason as { zh?: string; en?: string; message?: { zh?: string; en?: string } } | null
  const words = said?.message ?? said
  return (languageNow() === "en" ? words?.en : words?.zh) ?? JSON.stringify(reason)
}

function Actions({ row }: { row: ReviewRecord }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const [isOpen, setOpen] = useState(false)
  const path = { key: row.connection, record_id: row.id }
  const close = useAct("close_review", {
    said: t("connections.recordClosed"),
    refresh: ["list_review"],
  })
  if (!may("connections.edit")) return null
  return (
    <Flex gap={8}>
      <Button size="small" type="primary" onClick={() => setOpen(true)}>
        {t("connections.putRight")}
      </Button>
      <Button
        size="small"
        onClick={() =>
          void modal.confirm({
            title: t("connections.recordCloseTitle"),
            content: t("connections.recordCloseAbout"),
            okText: t("connections.recordClose"),
            cancelText: t("word.cancel"),
            onOk: () => close.mutateAsync({ path }).catch(() => undefined),
          })
        }
      >
        {t("connections.recordClose")}
      </Button>
      {isOpen && <PutRight row={row} close={() => setOpen(false)} />}
    </Flex>
  )
}

function PutRight({ row, close }: { row: ReviewRecord; close: () => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState(() => JSON.stringify(row.record, null, 2))
  const [isWrong, setWrong] = useState(false)
  const replay = useAct("replay_review", {
    said: t("connections.recordTaken"),
    refresh: ["list_review"],
    done: close,
  })
  const send = () => {
    try {
      const event = JSON.parse(text) as Record<string, unknown>
      replay.mutate({ path: { key: row.connection, record_id: row.id }, body: { event } })
    } catch {
      setWrong(true)
    }
  }
  return (
    <Modal
      open
      width={720}
      title={t("connections.putRight")}
      okText={t("connections.putRightGo")}
      cancelText={t("word.cancel")}
      confirmLoading={replay.isPending}
      onOk={send}
      onCancel={close}
    >
      <p>{t("connections.putRightAbout")}</p>
      <Input.TextArea
        aria-label={t("connections.putRight")}
        className="code-input"
        value={text}
        spellCheck={false}
        autoSize={{ minRows: 12, maxRows: 24 }}
        {...(isWrong ? { status: "error" as const } : {})}
        onChange={(event) => {
          setWrong(false)
          setText(event.target.value)
        }}
      />
      {isWrong && <Typography.Text type="danger">{t("forms.notJson")}</Typography.Text>}
    </Modal>
  )
}
