import { useQueryClient } from "@tanstack/react-query"
import { App, Button, Dropdown, Flex, Typography } from "antd"
import { useCallback, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useAct } from "@/api/act"
import { useMay } from "@/api/session"
import type { PeriodDetail } from "@/api/types"
import { JobProgress } from "./JobProgress"

const CHANGED = [
  "read_settlement_period",
  "list_settlement_periods",
  "list_statements",
  "list_settlement_entries",
  "list_settlement_accounts",
] as const

/** Closing with its progress, opening again, booking what is missing: what the period allows. */
export function PeriodActs({ detail }: { detail: PeriodDetail }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal, message } = App.useApp()
  const client = useQueryClient()
  const [job, setJob] = useState<string>()
  const refresh = useCallback(() => {
    for (const name of CHANGED) void client.invalidateQueries({ queryKey: [name] })
  }, [client])
  const path = { key: detail.key }
  const closing = useAct("close_settlement_period", { done: (started) => setJob(started.job_id) })
  const reopen = useAct("reopen_settlement_period", {
    said: t("settlement.periods.reopened"),
    refresh: [...CHANGED],
  })
  const book = useAct("book_settlement_period")
  const post = useAct("post_booked", { refresh: [...CHANGED] })
  const bookAll = async () => {
    try {
      const booked = await book.mutateAsync({ path })
      await post.mutateAsync({})
      void message.success(t("settlement.periods.booked", { count: booked.orders }))
    } catch {
      // The fault has been told.
    }
  }
  if (!may("settlement.publish"))
    return <Typography.Text type="secondary">{t("settlement.periods.notYours")}</Typography.Text>
  const isLocked = detail.status === "locked"
  return (
    <Flex vertical gap={12}>
      {(job ?? (detail.status === "closing" ? detail.job_id : undefined)) && (
        <JobProgress id={job ?? detail.job_id ?? ""} done={refresh} />
      )}
      <Flex gap={8} align="center" wrap>
        {!isLocked && (
          <Button
            type="primary"
            disabled={!detail.is_over}
            loading={closing.isPending}
            onClick={() =>
              void modal.confirm({
                title: t("settlement.periods.closeTitle", { period: detail.key }),
                content: t("settlement.periods.closeAbout", { count: detail.parties }),
                okText: t("settlement.periods.closeGo", { count: detail.parties }),
                cancelText: t("word.cancel"),
                onOk: () => closing.mutateAsync({ path }).catch(() => undefined),
              })
            }
          >
            {detail.status === "closing"
              ? t("settlement.periods.closeAgain")
              : t("settlement.periods.closeGo", { count: detail.parties })}
          </Button>
        )}
        {detail.status === "closing" && (
          <Button loading={reopen.isPending} onClick={() => reopen.mutate({ path })}>
            {t("settlement.periods.reopen")}
          </Button>
        )}
        {isLocked && (
          <Link to={`/settlement/statements?period=${detail.key}`}>
            <Button>{t("settlement.periods.toStatements")}</Button>
          </Link>
        )}
        {!isLocked && (
          <Dropdown
            trigger={["click"]}
            menu={{
              items: [{ key: "book", label: t("settlement.periods.book") }],
              onClick: () =>
                void modal.confirm({
                  title: t("settlement.periods.book"),
                  content: t("settlement.periods.bookAbout"),
                  okText: t("settlement.periods.bookGo"),
                  cancelText: t("word.cancel"),
                  onOk: bookAll,
                }),
            }}
          >
            <Button>{t("word.more")}</Button>
          </Dropdown>
        )}
        {!isLocked && !detail.is_over && (
          <Typography.Text type="secondary">
            {t("settlement.periods.notOver", { last: detail.last_on })}
          </Typography.Text>
        )}
      </Flex>
    </Flex>
  )
}
