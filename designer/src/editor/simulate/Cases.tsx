import {
  CheckCircleFilled,
  CloseCircleFilled,
  DeleteOutlined,
  MinusCircleOutlined,
} from "@ant-design/icons"
import { Button, Empty, Input } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { setFlow } from "@/flow/operations/settings"
import { isRecord } from "@/flow/ports"
import type { FlowCase, JsonObject } from "@/flow/types"
import { useDocument, useEditor, useEditorSession } from "../context"
import type { CaseTried, Report } from "./report"
import { writeEvent } from "./useSample"
import type { Trial } from "./useTrial"

/** The flow's cases with ✓ and ✗ of the last test run; what one expects can be changed. */
export function Cases({ trial }: { trial: Trial }) {
  const { t } = useTranslation()
  const cases = useDocument((state) => state.flow.cases) ?? []
  const [open, setOpen] = useState<number | null>(null)
  const report = trial.simulation?.report as Report | null | undefined
  const tried = new Map(report?.cases?.map((one) => [one.name, one]))
  if (cases.length === 0) {
    return (
      <Empty
        className="cases"
        image={Empty.PRESENTED_IMAGE_SIMPLE}
        description={t("editor.cases.none")}
      />
    )
  }
  return (
    <ul className="cases" aria-label={t("editor.trial.cases", { count: cases.length })}>
      {cases.map((one, index) => (
        // A case may be renamed while it is looked at.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <li key={index}>
          <CaseHead
            one={one}
            tried={tried.get(one.name)}
            isOpen={open === index}
            toggle={() => setOpen(open === index ? null : index)}
            show={() => {
              const run = trial.runs.find((each) => each.run_id === tried.get(one.name)?.run)
              if (run) trial.pick(run)
            }}
          />
          {open === index && <CaseForm one={one} index={index} tried={tried.get(one.name)} />}
        </li>
      ))}
    </ul>
  )
}

interface HeadProps {
  one: FlowCase
  tried: CaseTried | undefined
  isOpen: boolean
  toggle: () => void
  show: () => void
}

function CaseHead({ one, tried, isOpen, toggle, show }: HeadProps) {
  const { t } = useTranslation()
  const words = tried
    ? tried.passed
      ? t("editor.cases.passed")
      : t("editor.cases.failed")
    : t("editor.cases.notRun")
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      onClick={() => {
        toggle()
        show()
      }}
    >
      {!tried && <MinusCircleOutlined aria-label={words} />}
      {tried?.passed && <CheckCircleFilled className="is-good" aria-label={words} />}
      {tried && !tried.passed && <CloseCircleFilled className="is-bad" aria-label={words} />}
      <span>{one.name}</span>
      <em>{words}</em>
    </button>
  )
}

function CaseForm(props: { one: FlowCase; index: number; tried: CaseTried | undefined }) {
  const { one, index, tried } = props
  const { store, session } = useEditor()
  const { t, i18n } = useTranslation()
  const readOnly = useEditorSession((state) => state.readOnly)
  const [text, setText] = useState(() => JSON.stringify(one.expect ?? {}, null, 2))
  const change = (made: FlowCase | null, key?: string) => {
    const cases = [...(store.getState().flow.cases ?? [])]
    if (made) cases[index] = made
    else cases.splice(index, 1)
    store.getState().edit("cases", setFlow({ cases }), key)
  }
  const expect = read(text)
  return (
    <div className="case-form">
      {tried?.wrong.map((line) => (
        <p key={line.en} className="is-bad">
          {i18n.language === "en" ? line.en : line.zh}
        </p>
      ))}
      <Input
        size="small"
        aria-label={t("word.name")}
        value={one.name}
        maxLength={120}
        disabled={readOnly}
        onChange={(event) => change({ ...one, name: event.target.value }, `case ${index} name`)}
      />
      <Input.TextArea
        aria-label={t("editor.cases.expect")}
        autoSize={{ minRows: 3, maxRows: 10 }}
        spellCheck={false}
        value={text}
        disabled={readOnly}
        status={expect ? "" : "error"}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => expect && change({ ...one, expect }, `case ${index} expect`)}
      />
      <Button size="small" onClick={() => session.setState({ eventText: writeEvent(one.event) })}>
        {t("editor.cases.asSample")}
      </Button>
      <Button
        size="small"
        type="text"
        danger
        icon={<DeleteOutlined />}
        disabled={readOnly}
        onClick={() => change(null)}
      >
        {t("word.delete")}
      </Button>
    </div>
  )
}

function read(text: string): JsonObject | null {
  try {
    const found: unknown = JSON.parse(text)
    return isRecord(found) ? found : null
  } catch {
    return null
  }
}
