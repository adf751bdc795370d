import { LockFilled, UnlockOutlined } from "@ant-design/icons"
import { Button, Descriptions, Flex, Popover } from "antd"
import { type ReactNode, useState } from "react"
import { useTranslation } from "react-i18next"
import { usePeopleNames, useRoles } from "@/api/names"
import { useMay } from "@/api/session"
import type { LockShown } from "@/api/types"
import { exactTime } from "@/text/format"
import { When } from "@/text/When"
import { LockDialog } from "../locks/LockDialog"
import { useLift } from "../locks/useLift"
import { ChangeDialog } from "../requests/ChangeDialog"
import { lockOn, useDesk } from "./desk"
import { anchored, valueAt } from "./pointer"

interface Props {
  at: string
  label: string
  /** Draws the control for the value that is asked for instead. */
  children: (value: unknown, set: (value: unknown) => void) => ReactNode
}

/** A lock-mark where a value is locked; where it is not, the way to lock it for those who may. */
export function LockMark({ at, label, children }: Props) {
  const { t } = useTranslation()
  const may = useMay()
  const desk = useDesk()
  const [open, setOpen] = useState<"lock" | "change">()
  const [isShown, setShown] = useState(false)
  const lock = lockOn(desk, at)
  const close = () => setOpen(undefined)
  const isStored = valueAt(desk.saved, at) !== undefined
  if (!lock && (!may("settlement.lock") || !isStored)) return null
  const scope = `rate_card:${desk.key}`
  return (
    <>
      {lock ? (
        <Popover
          trigger="click"
          open={isShown}
          onOpenChange={setShown}
          title={t("rates.lock.locked")}
          content={
            <LockText lock={lock}>
              {may("settlement.edit") && (
                <Button
                  type="primary"
                  onClick={() => {
                    setShown(false)
                    setOpen("change")
                  }}
                >
                  {t("rates.request.ask")}
                </Button>
              )}
            </LockText>
          }
        >
          <Button
            type="text"
            size="small"
            className="lock-mark"
            icon={<LockFilled />}
            aria-label={t("rates.lock.lockedOf", { label })}
          />
        </Popover>
      ) : (
        <Button
          type="text"
          size="small"
          className="lock-mark lock-mark-open"
          icon={<UnlockOutlined />}
          aria-label={t("rates.lock.lockOf", { label })}
          title={t("rates.lock.lockOf", { label })}
          onClick={() => setOpen("lock")}
        />
      )}
      {open === "lock" && (
        <LockDialog scope={scope} pointer={at} document={desk.saved} close={close} />
      )}
      {open === "change" && (
        <ChangeDialog
          scope={scope}
          pointer={at}
          document={desk.saved}
          currency={desk.currency}
          asked={(value) => anchored(desk.saved, at, value)}
          close={close}
        >
          {children}
        </ChangeDialog>
      )}
    </>
  )
}

/** Who locked it, why and until when; whoever may lifts the lock here. */
export function LockText({ lock, children }: { lock: LockShown; children?: ReactNode }) {
  const { t } = useTranslation()
  const may = useMay()
  const personOf = usePeopleNames()
  const { nameOf } = useRoles()
  const lift = useLift()
  return (
    <Flex vertical gap={12} className="lock-text">
      <Descriptions
        size="small"
        column={1}
        items={[
          { key: "owner", label: t("rates.lock.owner"), children: nameOf(lock.owner_role) },
          {
            key: "by",
            label: t("rates.lock.by"),
            children: (
              <>
                {personOf(lock.placed_by)} · <When at={lock.placed_at} />
              </>
            ),
          },
          { key: "reason", label: t("word.reason"), children: lock.reason },
          {
            key: "until",
            label: t("rates.lock.until"),
            children: lock.until ? exactTime(lock.until).slice(0, 16) : t("rates.lock.forGood"),
          },
        ]}
      />
      <Flex gap={8}>
        {children}
        {may("settlement.lock") && (
          <Button onClick={() => lift(lock)}>{t("rates.lock.lift")}</Button>
        )}
      </Flex>
    </Flex>
  )
}
