import { Input, InputNumber, Select, Typography } from "antd"
import { useRef } from "react"
import { useTranslation } from "react-i18next"
import { setFlow, setFlowName } from "@/flow/operations/settings"
import type { RunMode } from "@/flow/types"
import { FormContextProvider } from "@/forms/context"
import { Duration } from "@/forms/widgets/Duration"
import { CopyText } from "@/ui/CopyText"
import { useDocument, useEditor, useEditorSession } from "../context"
import { Labelled } from "./Labelled"
import { Params } from "./Params"

const MODES = ["parallel", "single", "queued", "restart"] as const
const REENTRY = ["always", "once", "once_per"] as const

/** What holds for the flow as a whole. */
export function FlowForm() {
  const { store, catalog } = useEditor()
  const { t } = useTranslation()
  const flow = useDocument((state) => state.flow)
  const readOnly = useEditorSession((session) => session.readOnly)
  const visit = useRef(0)
  const edit = store.getState().edit
  const key = (name: string) => `flow ${name} ${visit.current}`
  const mode = flow.run_mode ?? {}
  const setMode = (change: Partial<RunMode>) => {
    const next = Object.fromEntries(
      Object.entries({ ...mode, ...change }).filter(([, one]) => one !== undefined && one !== ""),
    )
    const run_mode = Object.keys(next).length > 0 ? (next as RunMode) : undefined
    edit(
      "settings",
      (draft) => {
        if (run_mode) draft.run_mode = run_mode
        else delete draft.run_mode
      },
      key("mode"),
    )
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only counts visits of fields
    <div className="step-form flow-form" onFocus={() => (visit.current += 1)}>
      <Typography.Title level={5}>{t("editor.flow.title")}</Typography.Title>
      <div className="scroll fields">
        <Labelled label={t("editor.flow.name")}>
          <Input
            value={flow.name}
            maxLength={120}
            disabled={readOnly}
            status={flow.name === "" ? "error" : ""}
            onChange={(event) => {
              const name = event.target.value
              edit("rename", setFlowName(name), key("name"))
            }}
          />
        </Labelled>
        <CopyText text={flow.key} />
        <Labelled label={t("editor.flow.description")}>
          <Input.TextArea
            autoSize={{ minRows: 2, maxRows: 8 }}
            maxLength={4000}
            value={flow.description ?? ""}
            disabled={readOnly}
            onChange={(event) =>
              edit("settings", setFlow({ description: event.target.value }), key("description"))
            }
          />
        </Labelled>
        <Labelled label={t("editor.flow.mode")}>
          <Select
            className="wide"
            disabled={readOnly}
            value={mode.mode ?? "parallel"}
            options={MODES.map((one) => ({ value: one, label: t(`editor.flow.modes.${one}`) }))}
            onChange={(one) => setMode({ mode: one })}
          />
        </Labelled>
        {(mode.mode ?? "parallel") === "parallel" && (
          <Labelled label={t("editor.flow.limit")}>
            <InputNumber
              className="wide"
              min={0}
              max={1000}
              disabled={readOnly}
              value={mode.limit ?? 0}
              onChange={(limit) => setMode({ limit: limit ?? 0 })}
            />
          </Labelled>
        )}
        <Labelled label={t("editor.flow.key")}>
          <Input
            value={mode.key ?? ""}
            maxLength={400}
            placeholder={t("editor.flow.keyDefault")}
            disabled={readOnly}
            onChange={(event) => setMode({ key: event.target.value })}
          />
        </Labelled>
        <Labelled label={t("editor.flow.reentry")}>
          <Select
            className="wide"
            disabled={readOnly}
            value={mode.reentry ?? "always"}
            options={REENTRY.map((one) => ({ value: one, label: t(`editor.flow.again.${one}`) }))}
            onChange={(one) =>
              setMode({
                reentry: one,
                period: one === "once_per" ? (mode.period ?? "P30D") : undefined,
              })
            }
          />
        </Labelled>
        {mode.reentry === "once_per" && (
          <Duration
            schema={{}}
            value={mode.period}
            onChange={(period) => setMode({ period: typeof period === "string" ? period : "P30D" })}
            id="flow-period"
            label={t("editor.flow.period")}
            isReadOnly={readOnly}
            isRequired
            hasFault={false}
            path={[]}
          />
        )}
        <FormContextProvider value={{ catalog }}>
          <Params readOnly={readOnly} />
        </FormContextProvider>
      </div>
    </div>
  )
}
