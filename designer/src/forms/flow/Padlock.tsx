import { LockOutlined } from "@ant-design/icons"
import { Button } from "antd"
import { useTranslation } from "react-i18next"
import { exactTime } from "@/text/format"
import type { HeldValue } from "./locks"

/** Who locked a value, why and until when; and the way to ask for another one. */
export function Padlock({ lock }: { lock: HeldValue }) {
  const { t } = useTranslation()
  const who = lock.placedBy === "" ? lock.owner : `${lock.owner} · ${lock.placedBy}`
  return (
    <div className="padlock" role="note">
      <LockOutlined aria-label={t("forms.locked")} />
      <span>
        {who}
        {lock.reason && ` · ${lock.reason}`}
        {" · "}
        {lock.until === null
          ? t("forms.lockedForGood")
          : t("forms.lockedUntil", { time: exactTime(lock.until).slice(0, 16) })}
      </span>
      {lock.ask && (
        <Button type="link" size="small" onClick={lock.ask}>
          {t("forms.askForChange")}
        </Button>
      )}
    </div>
  )
}
