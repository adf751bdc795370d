import { Button, Flex, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { usePeopleNames } from "@/api/names"
import { When } from "@/text/When"
import { Pointer } from "../locks/Pointer"
import { OldNew } from "./OldNew"
import { RequestDrawer } from "./RequestDrawer"
import { useWaitingRequests } from "./waiting"
import "../settlement.css"

/** In 我的待办: change requests that wait for this person; nothing where there are none. */
export function RequestTasks() {
  const { t } = useTranslation()
  const personOf = usePeopleNames()
  const waiting = useWaitingRequests(15_000)
  const [open, setOpen] = useState<string>()
  if (waiting.length === 0) return null
  return (
    <section aria-label={t("menu.requests")} className="part">
      <Typography.Title level={2}>
        {t("rates.request.forMe", { count: waiting.length })}
      </Typography.Title>
      <Flex vertical gap={10}>
        {waiting.map((request) => (
          <div key={request.id} className="rule-card">
            <Flex justify="space-between" gap={16} wrap align="center">
              <Flex vertical gap={4}>
                <Pointer scope={request.scope} pointer={request.pointer} />
                <OldNew request={request} isShort />
                <Typography.Text type="secondary">
                  {personOf(request.maker)} · <When at={request.made_at} /> · {request.reason}
                </Typography.Text>
              </Flex>
              <Button onClick={() => setOpen(request.id)}>{t("rates.request.handle")}</Button>
            </Flex>
          </div>
        ))}
      </Flex>
      {open && <RequestDrawer id={open} close={() => setOpen(undefined)} />}
    </section>
  )
}
