import {
  CheckCircleFilled,
  ClockCircleFilled,
  CloseCircleFilled,
  ExclamationCircleFilled,
  MinusCircleFilled,
  PauseCircleFilled,
  SyncOutlined,
} from "@ant-design/icons"
import { Tag } from "antd"
import type { ReactNode } from "react"

export type Tone = "good" | "working" | "waiting" | "bad" | "unsure" | "paused" | "none"

/** Each tone has a form of its own beside its colour: not everybody tells green from red. */
const LOOKS: Record<Tone, [string, ReactNode]> = {
  good: ["success", <CheckCircleFilled key="good" />],
  working: ["processing", <SyncOutlined key="working" />],
  waiting: ["blue", <ClockCircleFilled key="waiting" />],
  bad: ["error", <CloseCircleFilled key="bad" />],
  unsure: ["warning", <ExclamationCircleFilled key="unsure" />],
  paused: ["default", <PauseCircleFilled key="paused" />],
  none: ["default", <MinusCircleFilled key="none" />],
}

export function StatusTag({ tone, children }: { tone: Tone; children: ReactNode }) {
  const [color, icon] = LOOKS[tone]
  return (
    <Tag color={color} icon={icon} variant="filled" className="status-tag">
      {children}
    </Tag>
  )
}
