import { Checkbox, Flex, Input, Modal, Typography } from "antd"
import { type ReactNode, useId, useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import type { RequestBody } from "@/api/types"
import { valueAt } from "../cards/pointer"
import { sayPointer, sayValue } from "../cards/words"

interface Props {
  scope: string
  pointer: string
  document: unknown
  currency?: string
  /** The place and value the request names; the same ones where nothing else is said. */
  asked?: (value: unknown) => { pointer: string; value: unknown }
  close: () => void
  children: (value: unknown, set: (value: unknown) => void) => ReactNode
}

/** Asks for another value under a lock: what it should be, and why. */
export function ChangeDialog(props: Props) {
  const { scope, pointer, document, currency, asked, close, children } = props
  const { t } = useTranslation()
  const id = useId()
  const old = valueAt(document, pointer)
  const [value, setValue] = useState<unknown>(old)
  const [isGone, setGone] = useState(false)
  const [reason, setReason] = useState("")
  const propose = useAct("propose_change", {
    said: t("rates.request.asked"),
    refresh: ["list_change_requests"],
    done: close,
    quiet: true,
  })
  const send = () => {
    const place = asked?.(value) ?? { pointer, value }
    const body: RequestBody = isGone
      ? { scope, pointer, removes: true, reason }
      : { scope, pointer: place.pointer, new: (place.value ?? null) as RequestBody["new"], reason }
    propose.mutate({ body })
  }
  return (
    <Modal
      open
      width={640}
      title={t("rates.request.title")}
      okText={t("rates.request.send")}
      cancelText={t("word.cancel")}
      confirmLoading={propose.isPending}
      okButtonProps={{ disabled: reason.trim() === "" || (!isGone && value === undefined) }}
      onOk={send}
      onCancel={close}
    >
      <Flex vertical gap={12}>
        <div>
          <strong>{sayPointer(t, document, pointer)}</strong>
          <br />
          <Typography.Text type="secondary">
            {t("rates.request.now", { value: sayValue(t, pointer, old, currency) })}
          </Typography.Text>
        </div>
        {!isGone && (
          <div className="bound">
            <span className="bound-head">{t("rates.request.new")}</span>
            {children(value, setValue)}
          </div>
        )}
        {old !== undefined && (
          <Checkbox checked={isGone} onChange={(event) => setGone(event.target.checked)}>
            {t("rates.request.removes")}
          </Checkbox>
        )}
        <div className="bound">
          <label htmlFor={id}>{t("rates.request.reason")}</label>
          <Input.TextArea
            id={id}
            value={reason}
            maxLength={1000}
            autoSize={{ minRows: 2, maxRows: 5 }}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <Typography.Text type="secondary">{t("rates.request.about")}</Typography.Text>
        <Refused fault={propose.error} />
      </Flex>
    </Modal>
  )
}
