import {
  AimOutlined,
  AppstoreOutlined,
  ArrowLeftOutlined,
  FireOutlined,
  HistoryOutlined,
  PartitionOutlined,
  PlayCircleOutlined,
  RedoOutlined,
  SearchOutlined,
  ThunderboltOutlined,
  UndoOutlined,
  UnorderedListOutlined,
} from "@ant-design/icons"
import { useQuery } from "@tanstack/react-query"
import { Badge, Button, Divider, Space, Tag, Tooltip, Typography } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useStore } from "zustand"
import { call } from "@/api/client"
import { keyOf } from "@/api/queries"
import { useMay } from "@/api/session"
import type { FlowWithDraft } from "@/api/types"
import { COMMANDS, type CommandId, canRun, type Doings } from "./commands"
import { useDocument, useEditor, useEditorSession } from "./context"
import { sayKey } from "./keyboard"
import type { Autosaver } from "./saving"

interface Props {
  saver: Autosaver
  doings: Doings
  shown: FlowWithDraft
}

/** Where one is, how it stands with saving and problems, and what is done most. */
export function Toolbar({ saver, doings, shown }: Props) {
  const { t } = useTranslation()
  const may = useMay()
  const name = useDocument((state) => state.flow.name)
  const problems = useEditorSession((session) => session.allProblems)
  const view = useEditorSession((session) => session.view)
  const viewTitle = view === "list" ? t("editor.outline.asCanvas") : t("editor.outline.asList")
  const ViewIcon = view === "list" ? PartitionOutlined : UnorderedListOutlined
  const errors = problems.filter((one) => one.level === "error").length
  return (
    <header className="toolbar">
      <Space size={4} className="toolbar-start">
        <Link to="/flows" aria-label={t("editor.back")}>
          <Button type="text" icon={<ArrowLeftOutlined />} tabIndex={-1} aria-hidden />
        </Link>
        <Typography.Text strong ellipsis className="flow-name">
          {name}
        </Typography.Text>
        <Standing shown={shown} />
        <SavedSign saver={saver} />
      </Space>
      <Space size={2}>
        <Undoing doings={doings} />
        <Divider orientation="vertical" />
        <Tool id="palette" icon={<AppstoreOutlined />} doings={doings} />
        <Tool id="tidy" icon={<PartitionOutlined />} doings={doings} />
        <Tool id="fit" icon={<AimOutlined />} doings={doings} />
        <Tool id="find" icon={<SearchOutlined />} doings={doings} />
        <Tool id="commands" icon={<ThunderboltOutlined />} doings={doings} />
        <Tool id="versions" icon={<HistoryOutlined />} doings={doings} />
        <Tool id="heat" icon={<FireOutlined />} doings={doings} />
        <Tool id="list" icon={<ViewIcon />} doings={doings} title={viewTitle} />
      </Space>
      <Space size={8} className="toolbar-end">
        <Badge count={errors} size="small" offset={[-6, 4]}>
          <Tool id="problems" doings={doings}>
            {problems.length === 0
              ? t("editor.problems.none")
              : t("editor.problems.some", { count: problems.length })}
          </Tool>
        </Badge>
        <Tool id="simulate" icon={<PlayCircleOutlined />} doings={doings} kind="default">
          {t("editor.command.simulate")}
        </Tool>
        {may("flows.publish") && (
          <Tool id="publish" doings={doings} kind="primary">
            {t("editor.command.publish")}
          </Tool>
        )}
      </Space>
    </header>
  )
}

/** Draft or live, and the version it stands on: publishing changes both. */
function Standing({ shown }: { shown: FlowWithDraft }) {
  const { t } = useTranslation()
  const given = { path: { key: shown.key } }
  const { data: flow } = useQuery({
    queryKey: keyOf("read_flow", given),
    queryFn: () => call("read_flow", given),
    initialData: shown,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <>
      <Tag>{t(`editor.status.${flow.status}`)}</Tag>
      {flow.base_version !== null && (
        <Typography.Text type="secondary" className="saved-sign">
          {t("editor.basedOn", { number: flow.base_version })}
        </Typography.Text>
      )}
    </>
  )
}

interface ToolProps {
  id: CommandId
  icon?: ReactNode
  doings: Doings
  kind?: "text" | "default" | "primary"
  children?: ReactNode
  title?: string
}

/** A button for a command: its words, keys and whether it can be done come from the list. */
function Tool({ id, icon, doings, kind = "text", children, title }: ToolProps) {
  const parts = useEditor()
  const { t } = useTranslation()
  const command = COMMANDS.find((one) => one.id === id)
  // Whether it can be done hangs on all three.
  useEditorSession((session) => session.readOnly)
  useDocument((state) => state.past.length)
  useDocument((state) => state.future.length)
  if (!command) return null
  const label = title ?? t(`editor.command.${id}`)
  const keys = command.keys[0] ? ` (${sayKey(command.keys[0])})` : ""
  return (
    <Tooltip title={`${label}${keys}`} mouseEnterDelay={0.4}>
      <Button
        type={kind}
        icon={icon}
        // A name of its own only where no words stand on it: what is read out is what is seen.
        aria-label={children ? undefined : label}
        disabled={!canRun(command, parts)}
        onClick={() => command.run(parts, doings)}
      >
        {children}
      </Button>
    </Tooltip>
  )
}

function Undoing({ doings }: { doings: Doings }) {
  const { t } = useTranslation()
  const last = useDocument((state) => state.past.at(-1)?.label)
  const next = useDocument((state) => state.future[0]?.label)
  const say = (verb: "undo" | "redo", deed: string | undefined) =>
    deed === undefined
      ? t(`editor.command.${verb}`)
      : `${t(`editor.command.${verb}`)}: ${t(`editor.did.${deed as "add"}`)}`
  return (
    <>
      <Tool id="undo" icon={<UndoOutlined />} doings={doings} title={say("undo", last)} />
      <Tool id="redo" icon={<RedoOutlined />} doings={doings} title={say("redo", next)} />
    </>
  )
}

function SavedSign({ saver }: { saver: Autosaver }) {
  const { t } = useTranslation()
  const { state, savedAt, fault } = useStore(saver.saving)
  const time = savedAt?.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  const words =
    state === "saved" && time ? t("editor.saving.savedAt", { time }) : t(`editor.saving.${state}`)
  return (
    <Typography.Text
      type={state === "failed" || state === "conflict" ? "danger" : "secondary"}
      className="saved-sign"
      title={fault?.message}
      role="status"
    >
      {words}
    </Typography.Text>
  )
}
