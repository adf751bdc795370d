import { LockOutlined } from "@ant-design/icons"
import { Typography } from "antd"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { exactTime } from "@/text/format"
import { useDocument, useEditor } from "../context"
import { useFlowLocks, valueAtPointer } from "../inspector/useFlowLocks"

/** Locked values of the flow, those first that differ from the live version; who must approve. */
export function LocksTouched({ number }: { number: number | null }) {
  const { flowKey } = useEditor()
  const { t } = useTranslation()
  const locks = useFlowLocks().filter((lock) => lock.of === "flow")
  const draft = useDocument((state) => state.flow)
  const live = useRead(
    "read_version",
    { path: { key: flowKey, which: String(number ?? 1) } },
    { enabled: number !== null && locks.length > 0 },
  )
  if (locks.length === 0) return null
  const isTouched = (pointer: string) =>
    live.data !== undefined &&
    JSON.stringify(valueAtPointer(live.data, pointer)) !==
      JSON.stringify(valueAtPointer(draft, pointer))
  const touched = locks.filter((lock) => isTouched(lock.pointer))
  return (
    <section aria-label={t("editor.publish.locks")}>
      <h4>{t("editor.publish.locks")}</h4>
      <Typography.Text type="secondary">
        {touched.length > 0
          ? t("editor.publish.locksTouched", { count: touched.length })
          : t("editor.publish.locksKept", { count: locks.length })}
      </Typography.Text>
      <ul>
        {(touched.length > 0 ? touched : locks).map((lock) => (
          <li key={lock.id}>
            <LockOutlined /> <code>{lock.pointer}</code>{" "}
            {t("editor.publish.approver", { owner: lock.owner })} · {lock.reason}
            {lock.until !== null &&
              ` · ${t("forms.lockedUntil", { time: exactTime(lock.until).slice(0, 16) })}`}
          </li>
        ))}
      </ul>
    </section>
  )
}
