import { App } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import type { LockShown } from "@/api/types"

/** Lifts a lock after asking; the second factor is asked for by the call. */
export function useLift(): (lock: LockShown) => void {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const lift = useAct("lift_lock", { said: t("rates.lock.lifted"), refresh: ["list_locks"] })
  return (lock) =>
    void modal.confirm({
      title: t("rates.lock.liftTitle"),
      content: t("rates.lock.liftAbout"),
      okText: t("rates.lock.lift"),
      cancelText: t("word.cancel"),
      onOk: () => lift.mutateAsync({ path: { lock_id: lock.id } }).catch(() => undefined),
    })
}
