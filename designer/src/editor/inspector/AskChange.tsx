import { App, Form, Input, Modal } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import type { AskedChange } from "@/api/types"
import { exactTime } from "@/text/format"

/** A locked value one would like to change: what it is called, where it stands, what it is now. */
export interface Wished {
  of: "flow" | "params"
  pointer: string
  owner: string
  until: string | null
  now: unknown
}

/** Asks the lock's owner for another value; the value itself stays until they agree. */
export function AskChange(props: { flowKey: string; wished: Wished; onClose: () => void }) {
  const { flowKey, wished, onClose } = props
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [text, setText] = useState(() => written(wished.now))
  const [reason, setReason] = useState("")
  const value = read(text, wished.now)
  const send = useAct("propose_flow_change", {
    refresh: ["list_change_requests"],
    done: () => {
      void message.success(t("editor.lockedValue.asked"))
      onClose()
    },
  })
  const isSame = written(wished.now) === text
  return (
    <Modal
      open
      title={t("forms.askForChange")}
      okText={t("editor.lockedValue.send")}
      cancelText={t("word.cancel")}
      okButtonProps={{
        disabled: value === undefined || isSame || reason.trim() === "",
        loading: send.isPending,
      }}
      onOk={() =>
        send.mutate({
          path: { key: flowKey },
          body: {
            of: wished.of,
            pointer: wished.pointer,
            new: value as Exclude<AskedChange["new"], undefined>,
            reason: reason.trim(),
          },
        })
      }
      onCancel={onClose}
    >
      <p>
        {t("editor.lockedValue.about", { owner: wished.owner })}{" "}
        {wished.until !== null &&
          t("forms.lockedUntil", { time: exactTime(wished.until).slice(0, 16) })}
      </p>
      <Form layout="vertical" component="div">
        <Form.Item label={t("editor.lockedValue.where")}>
          <code>{wished.pointer}</code>
        </Form.Item>
        <Form.Item
          label={t("editor.lockedValue.new")}
          htmlFor="asked-value"
          validateStatus={value === undefined ? "error" : ""}
          help={value === undefined ? t("editor.lockedValue.notJson") : undefined}
        >
          <Input.TextArea
            id="asked-value"
            autoSize={{ minRows: 1, maxRows: 10 }}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Form.Item>
        <Form.Item label={t("word.reason")} htmlFor="asked-reason" required>
          <Input.TextArea
            id="asked-reason"
            autoSize={{ minRows: 2, maxRows: 6 }}
            maxLength={400}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Form.Item>
      </Form>
    </Modal>
  )
}

function written(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "")
}

/** The typed text as a value of the kind it had; undefined when it is none. */
function read(text: string, before: unknown): unknown {
  if (typeof before === "string") return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
