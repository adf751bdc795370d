import { Input, Modal } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useEditor } from "../context"
import { sayLine } from "../simulate/Covered"
import { useRules } from "./useRules"

/** A line need not be tried, and why; who says so is noted. */
export function Excuse({ line, onClose }: { line: string; onClose: () => void }) {
  const parts = useEditor()
  const { t } = useTranslation()
  const { rules, save } = useRules()
  const [reason, setReason] = useState("")
  const excuse = async () => {
    if (!rules) return
    const { revision: _, ...before } = rules
    const excused = [...(before.excused ?? []), { line, reason: reason.trim() }]
    if (await save({ ...before, excused })) onClose()
  }
  return (
    <Modal
      open
      title={t("editor.gate.excuseTitle", { name: sayLine(parts, line) })}
      okText={t("editor.gate.excuse")}
      cancelText={t("word.cancel")}
      okButtonProps={{ disabled: reason.trim().length < 3 || !rules }}
      onOk={() => void excuse()}
      onCancel={onClose}
    >
      <Input.TextArea
        rows={3}
        maxLength={400}
        aria-label={t("word.reason")}
        placeholder={t("editor.gate.excuseWhy")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </Modal>
  )
}
