import { Button, Flex, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { usePeopleNames, useRoles } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { LockShown } from "@/api/types"
import { Json } from "@/forms/widgets/Json"
import { exactTime } from "@/text/format"
import { When } from "@/text/When"
import { StatusTag } from "@/ui/StatusTag"
import { isHeld } from "../cards/desk"
import { ChangeDialog } from "../requests/ChangeDialog"
import { Pointer } from "./Pointer"
import { useScopeDocument } from "./scopes"
import { useLift } from "./useLift"

/** Locks, of one document or of all: what, whose, why, until when. */
export function LockRows({ scope }: { scope?: string | undefined }) {
  const { t } = useTranslation()
  const may = useMay()
  const personOf = usePeopleNames()
  const { nameOf } = useRoles()
  const lift = useLift()
  const [asking, setAsking] = useState<LockShown>()
  const list = useList("list_locks", { query: { limit: 100, ...(scope && { scope }) } })
  return (
    <>
      <Rows
        query={list}
        rowKey="id"
        empty={<Typography.Text type="secondary">{t("rates.lock.none")}</Typography.Text>}
        columns={[
          {
            title: t("rates.lock.what"),
            render: (_, lock) => <Pointer scope={lock.scope} pointer={lock.pointer} />,
          },
          { title: t("rates.lock.owner"), render: (_, lock) => nameOf(lock.owner_role) },
          { title: t("word.reason"), dataIndex: "reason" },
          {
            title: t("rates.lock.until"),
            render: (_, lock) =>
              isHeld(lock) ? (
                lock.until ? (
                  exactTime(lock.until).slice(0, 16)
                ) : (
                  t("rates.lock.forGood")
                )
              ) : (
                <StatusTag tone="none">{t("rates.lock.over")}</StatusTag>
              ),
          },
          {
            title: t("rates.lock.by"),
            render: (_, lock) => (
              <Flex vertical>
                {personOf(lock.placed_by)}
                <Typography.Text type="secondary">
                  <When at={lock.placed_at} />
                </Typography.Text>
              </Flex>
            ),
          },
          {
            render: (_, lock) => (
              <Flex gap={8} justify="flex-end">
                {may("settlement.edit") && isHeld(lock) && !lock.pointer.includes("*") && (
                  <Button size="small" onClick={() => setAsking(lock)}>
                    {t("rates.request.ask")}
                  </Button>
                )}
                {may("settlement.lock") && (
                  <Button size="small" onClick={() => lift(lock)}>
                    {t("rates.lock.lift")}
                  </Button>
                )}
              </Flex>
            ),
          },
        ]}
      />
      {asking && <Asking lock={asking} close={() => setAsking(undefined)} />}
    </>
  )
}

/** Another value for what a lock holds, as text: on its own page the field itself asks for it. */
function Asking({ lock, close }: { lock: LockShown; close: () => void }) {
  const { t } = useTranslation()
  const { document, currency } = useScopeDocument(lock.scope)
  if (document === undefined) return null
  return (
    <ChangeDialog
      scope={lock.scope}
      pointer={lock.pointer}
      document={document}
      currency={currency}
      close={close}
    >
      {(value, set) => (
        <Json
          schema={{}}
          value={value}
          onChange={set}
          id="asked-value"
          label={t("rates.request.new")}
          isReadOnly={false}
          isRequired
          hasFault={false}
          path={[]}
        />
      )}
    </ChangeDialog>
  )
}
