import { Alert, Button, Flex, Result, Typography } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { languageNow } from "@/text/set-up"
import { Problem } from "./problem"
import type { ProblemItem } from "./types"

/** A refused call inside a page: what happened, which parts, what support may ask for. */
export function Fault({ fault, retry }: { fault: unknown; retry?: () => void }) {
  const { t } = useTranslation()
  if (fault instanceof Problem && fault.status === 403)
    return <Result status="403" title={t("fault.notAllowed")} subTitle={fault.message} />
  if (fault instanceof Problem && fault.status === 404)
    return <Result status="404" title={t("fault.notFound")} subTitle={fault.message} />
  return (
    <Refused fault={fault} action={retry && <Button onClick={retry}>{t("fault.again")}</Button>} />
  )
}

interface RefusedProps {
  /** Nothing is shown without one. */
  fault: unknown
  className?: string
  action?: ReactNode
}

/** What a write was refused for, where it was tried: the sentence and the parts that are wrong. */
export function Refused({ fault, ...more }: RefusedProps) {
  if (!fault) return null
  return (
    <Alert
      type="error"
      showIcon
      title={sentenceOf(fault)}
      description={<Details fault={fault} />}
      {...more}
    />
  )
}

/** Which parts of what was sent are wrong, and the call's number. */
export function Details({ fault }: { fault: unknown }) {
  const { t } = useTranslation()
  if (!(fault instanceof Problem)) return null
  return (
    <Flex vertical gap={4}>
      {fault.items.length > 0 && (
        <ul className="problem-items">
          {fault.items.slice(0, 12).map((item) => (
            <li key={`${item.path} ${item.code}`}>
              {item.path && <code>{item.path}</code>} {messageOf(item)}
            </li>
          ))}
        </ul>
      )}
      {fault.status >= 500 && fault.request && (
        <Typography.Text type="secondary" copyable={{ text: fault.request }}>
          {t("fault.request", { id: fault.request })}
        </Typography.Text>
      )}
    </Flex>
  )
}

/** What happened, in one sentence of the screen's language. */
export function sentenceOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}

export function messageOf(item: ProblemItem): string {
  return languageNow() === "en" ? item.message : item.message_zh || item.message
}
