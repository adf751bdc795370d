import { PlusOutlined } from "@ant-design/icons"
import { Button, InputNumber, Switch, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { Block } from "@/flow/catalog"
import type { Found } from "@/flow/graphs"
import { setStep } from "@/flow/operations/settings"
import { usedPorts } from "@/flow/ports"
import type { Retry } from "@/flow/types"
import { Duration } from "@/forms/widgets/Duration"
import { useAddStep } from "../adding"
import { labelOf } from "../canvas/labels"
import { useEditor, useEditorSession } from "../context"
import { Labelled } from "./Labelled"

interface Props {
  found: Found
  block: Block | undefined
  mergeKey: (name: string) => string
}

/** When a step fails or takes too long: trying again, a time-out, ways out for faults. */
export function Failing({ found, block, mergeKey }: Props) {
  const { node, graph } = found
  const { store } = useEditor()
  const { t } = useTranslation()
  const startAdding = useAddStep()
  const readOnly = useEditorSession((session) => session.readOnly)
  const edit = store.getState().edit
  const retry = (change: Partial<Retry> | null) =>
    edit(
      "config",
      setStep(node.id, { retry: change && { ...node.retry, ...change } }),
      mergeKey("retry"),
    )
  const used = usedPorts(graph).get(node.id)
  const codes = ["error", ...(block?.errors ?? []).map((one) => `error:${one.code}`)]
  const duration = {
    schema: {},
    isReadOnly: readOnly,
    isRequired: false,
    hasFault: false,
    path: [],
  }
  return (
    <div className="fields">
      {block?.kind !== "trigger" && (
        <div>
          <label htmlFor="step-timeout">{t("editor.failing.timeout")}</label>
          <Duration
            {...duration}
            id="step-timeout"
            label={t("editor.failing.timeout")}
            value={node.timeout ?? undefined}
            onChange={(value) =>
              edit(
                "config",
                setStep(node.id, { timeout: typeof value === "string" ? value : null }),
                mergeKey("timeout"),
              )
            }
          />
        </div>
      )}
      <div>
        <Switch
          checked={Boolean(node.retry)}
          disabled={readOnly}
          aria-label={t("editor.failing.retry")}
          onChange={(on) => retry(on ? { attempts: 5 } : null)}
        />{" "}
        {t("editor.failing.retry")}
      </div>
      {node.retry && (
        <>
          <Labelled label={t("editor.failing.attempts")}>
            <InputNumber
              className="wide"
              min={1}
              max={20}
              disabled={readOnly}
              value={node.retry.attempts ?? 5}
              onChange={(attempts) => retry({ attempts: attempts ?? 5 })}
            />
          </Labelled>
          <div>
            <label htmlFor="step-first">{t("editor.failing.first")}</label>
            <Duration
              {...duration}
              id="step-first"
              label={t("editor.failing.first")}
              value={node.retry.first ?? "PT5S"}
              onChange={(first) => retry({ first: typeof first === "string" ? first : "PT5S" })}
            />
          </div>
        </>
      )}
      <Typography.Text type="secondary">{t("editor.failing.about")}</Typography.Text>
      {block?.kind !== "trigger" &&
        codes.map((port) => (
          <div key={port} className="error-port">
            <span>{labelOf(port, block)}</span>
            <Button
              size="small"
              icon={<PlusOutlined />}
              disabled={readOnly || used?.has(port)}
              onClick={() => startAdding({ kind: "behind", from: node.id, port })}
            >
              {used?.has(port) ? t("editor.failing.drawn") : t("editor.failing.draw")}
            </Button>
          </div>
        ))}
    </div>
  )
}
