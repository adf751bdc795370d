import { useQueryClient } from "@tanstack/react-query"
import { App, Button, Card, Flex, Progress, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useTell } from "@/api/act"
import { call } from "@/api/client"
import { useSession } from "@/api/session"
import type { StatementShown } from "@/api/types"

interface Props {
  chosen: StatementShown[]
  clear: () => void
}

/** Releases the chosen drafts one after the other; those somebody made themselves are left out. */
export function ReleaseBar({ chosen, clear }: Props) {
  const { t } = useTranslation()
  const { modal, message } = App.useApp()
  const client = useQueryClient()
  const tell = useTell()
  const me = useSession()?.user.id
  const [done, setDone] = useState<number>()
  const others = chosen.filter((row) => row.maker !== me)
  const own = chosen.length - others.length
  const release = async () => {
    let count = 0
    try {
      for (const row of others) {
        setDone(count)
        await call("release_statement", { path: { statement_id: row.id } })
        count += 1
      }
      void message.success(t("settlement.statements.releasedMany", { count }))
      clear()
    } catch (fault) {
      tell(fault)
    } finally {
      setDone(undefined)
      await client.invalidateQueries({ queryKey: ["list_statements"] })
    }
  }
  return (
    <Card size="small">
      <Flex gap={12} align="center" wrap>
        <Button
          type="primary"
          disabled={others.length === 0}
          loading={done !== undefined}
          onClick={() =>
            void modal.confirm({
              title: t("settlement.statements.releaseTitle", { count: others.length }),
              content: t("settlement.statements.releaseAbout"),
              okText: t("settlement.statements.releaseMany", { count: others.length }),
              cancelText: t("word.cancel"),
              onOk: release,
            })
          }
        >
          {t("settlement.statements.releaseMany", { count: others.length })}
        </Button>
        {own > 0 && (
          <Typography.Text type="secondary">
            {t("settlement.statements.ownLeftOut", { count: own })}
          </Typography.Text>
        )}
        {done !== undefined && (
          <Progress
            percent={Math.round((done / others.length) * 100)}
            style={{ width: 200 }}
            aria-label={t("settlement.jobRuns")}
          />
        )}
        <Button type="text" onClick={clear}>
          {t("settlement.entries.clear")}
        </Button>
      </Flex>
    </Card>
  )
}
