import { MoreOutlined } from "@ant-design/icons"
import { App, Button, Dropdown, type MenuProps } from "antd"
import { useTranslation } from "react-i18next"
import { useAct, useTell } from "@/api/act"
import { call } from "@/api/client"
import { useMay } from "@/api/session"
import type { FlowShown } from "@/api/types"
import { save } from "@/ui/save"

/** What can be done to a flow from outside of it. */
export function FlowMenu({ flow }: { flow: FlowShown }) {
  const { t } = useTranslation()
  const may = useMay()
  const tell = useTell()
  const { modal } = App.useApp()
  const refresh = ["list_flows" as const, "read_flow" as const]
  const path = { key: flow.key }
  const pause = useAct("pause_flow", { said: t("flows.paused"), refresh })
  const resume = useAct("resume_flow", { said: t("flows.resumed"), refresh })
  const archive = useAct("archive_flow", { said: t("flows.archived"), refresh })
  const download = async () => {
    try {
      save(`${flow.key}.json`, JSON.stringify(await call("export_flow", { path }), null, 2))
    } catch (fault) {
      tell(fault)
    }
  }
  const mayPublish = may("flows.publish")
  const items: MenuProps["items"] = [
    { key: "export", label: t("flows.export"), onClick: () => void download() },
  ]
  if (mayPublish && flow.status === "live")
    items.push({
      key: "pause",
      label: t("flows.pause"),
      onClick: () =>
        void modal.confirm({
          title: t("flows.pauseTitle", { name: flow.name }),
          content: t("flows.pauseAbout"),
          okText: t("flows.pause"),
          cancelText: t("word.cancel"),
          onOk: () => pause.mutateAsync({ path }).catch(() => undefined),
        }),
    })
  if (mayPublish && (flow.status === "paused" || flow.status === "archived"))
    items.push({ key: "resume", label: t("flows.resume"), onClick: () => resume.mutate({ path }) })
  if (mayPublish && flow.status !== "archived")
    items.push({
      key: "archive",
      danger: true,
      label: t("flows.archive"),
      onClick: () =>
        void modal.confirm({
          title: t("flows.archiveTitle", { name: flow.name }),
          content: t("flows.archiveAbout"),
          okText: t("flows.archive"),
          okButtonProps: { danger: true },
          cancelText: t("word.cancel"),
          onOk: () => archive.mutateAsync({ path }).catch(() => undefined),
        }),
    })
  return (
    <Dropdown menu={{ items }} trigger={["click"]}>
      <Button
        type="text"
        icon={<MoreOutlined />}
        aria-label={t("flows.moreOf", { name: flow.name })}
      />
    </Dropdown>
  )
}
