import { useQueryClient } from "@tanstack/react-query"
import { App, Button, Drawer, Empty, List, Space, Spin, Tag, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { usePeopleNames } from "@/api/names"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Flow } from "@/flow/types"
import { exactTime } from "@/text/format"
import { useDocument, useEditor, useEditorSession } from "../context"
import type { Autosaver } from "../saving"
import { DiffView } from "./DiffView"
import { DiffWords } from "./DiffWords"

/** Published versions: what each changed against today's draft, drawn and in words; going back. */
export function Versions({ saver }: { saver: Autosaver }) {
  const { flowKey, session } = useEditor()
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<number | null>(null)
  const versions = useRead("list_versions", { path: { key: flowKey } })
  const items = versions.data?.items ?? []
  const nameOf = usePeopleNames()
  // Who may not see users does not get to see their ids instead.
  const authorOf = (id: string | null) => (id && nameOf(id) !== id ? nameOf(id) : null)
  return (
    <Drawer
      open
      size="large"
      title={t("editor.command.versions")}
      onClose={() => session.setState({ panel: null })}
    >
      {versions.isPending && <Spin />}
      {versions.isSuccess && items.length === 0 && (
        <Empty description={t("editor.versions.none")} />
      )}
      <List
        dataSource={items}
        rowKey="id"
        renderItem={(version, index) => (
          <List.Item
            actions={[
              <Button
                key="compare"
                type="link"
                onClick={() => setChosen(chosen === version.number ? null : version.number)}
              >
                {chosen === version.number
                  ? t("editor.versions.close")
                  : t("editor.versions.compare")}
              </Button>,
            ]}
          >
            <List.Item.Meta
              title={
                <Space>
                  {t("editor.versions.number", { number: version.number })}
                  {index === 0 && <Tag color="green">{t("editor.status.live")}</Tag>}
                  {version.rolled_back_from !== null && (
                    <Tag>{t("editor.versions.from", { number: version.rolled_back_from })}</Tag>
                  )}
                </Space>
              }
              description={[
                authorOf(version.published_by),
                exactTime(version.published_at),
                // What the server notes of a roll-back, the tag beside the number says already.
                version.rolled_back_from === null && (version.note || t("editor.versions.noNote")),
              ]
                .filter(Boolean)
                .join(" · ")}
            />
          </List.Item>
        )}
      />
      {chosen !== null && (
        <Compared key={chosen} number={chosen} isLive={chosen === items[0]?.number} saver={saver} />
      )}
    </Drawer>
  )
}

interface ComparedProps {
  number: number
  isLive: boolean
  saver: Autosaver
}

function Compared({ number, isLive, saver }: ComparedProps) {
  const { flowKey, store } = useEditor()
  const { t } = useTranslation()
  const { message, modal } = App.useApp()
  const client = useQueryClient()
  const may = useMay()
  const readOnly = useEditorSession((session) => session.readOnly)
  const draft = useDocument((state) => state.flow)
  const path = { key: flowKey, which: String(number) }
  const version = useRead("read_version", { path })
  if (!version.data) return <Spin />
  const then = version.data as unknown as Flow
  const rollBack = () =>
    modal.confirm({
      title: t("editor.versions.rollBack", { number }),
      content: t("editor.versions.rollBackAbout"),
      okText: t("editor.versions.rollBackGo"),
      onOk: async () => {
        try {
          await saver.now()
          const made = await call("roll_back_flow", { path: { key: flowKey, number } })
          // The old version is the draft again, at a new revision: go on from there.
          const { draft: now, revision } = await call("read_flow", { path: { key: flowKey } })
          const flow = now as unknown as Flow
          saver.rebase(flow, revision)
          store.getState().replace(flow)
          void message.success(t("editor.publish.done", { number: made.number }))
          await client.invalidateQueries({ queryKey: ["list_versions"] })
        } catch (fault) {
          void message.error(fault instanceof Error ? fault.message : String(fault))
        }
      },
    })
  return (
    <section className="compared">
      <Typography.Title level={5}>{t("editor.versions.against", { number })}</Typography.Title>
      <DiffView before={then} after={draft} />
      <DiffWords saver={saver} from={String(number)} />
      <Space>
        <Button
          disabled={readOnly}
          onClick={() => {
            store.getState().replace(then)
            void message.success(t("editor.versions.restored", { number }))
          }}
        >
          {t("editor.versions.restore")}
        </Button>
        {!isLive && may("flows.publish") && (
          <Button danger onClick={rollBack}>
            {t("editor.versions.rollBackGo")}
          </Button>
        )}
      </Space>
    </section>
  )
}
