import { Input, InputNumber, Modal, Skeleton, Switch } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import type { RulesBody, RulesShown } from "@/api/types"
import { Labelled } from "../inspector/Labelled"
import { useRules } from "./useRules"

/** What publishing is to ask for: cases, coverage, a limit of money. */
export function RulesForm({ onClose }: { onClose: () => void }) {
  const { rules, save } = useRules()
  const { t } = useTranslation()
  if (!rules) {
    return (
      <Modal open title={t("editor.gate.change")} footer={null} onCancel={onClose}>
        <Skeleton active />
      </Modal>
    )
  }
  return <Form held={rules} save={save} onClose={onClose} />
}

interface FormProps {
  held: RulesShown
  save: (rules: RulesBody) => Promise<boolean>
  onClose: () => void
}

function Form({ held, save, onClose }: FormProps) {
  const { t } = useTranslation()
  const { revision: _, ...before } = held
  const [rules, setRules] = useState<RulesBody>(before)
  const limit = rules.money_limit ?? null
  const isAmount = limit === null || /^\d{1,12}(\.\d{1,4})?$/.test(String(limit))
  return (
    <Modal
      open
      title={t("editor.gate.change")}
      okText={t("word.save")}
      cancelText={t("word.cancel")}
      okButtonProps={{ disabled: !isAmount }}
      onOk={() => void save(rules).then((done) => done && onClose())}
      onCancel={onClose}
    >
      <div className="rules-form">
        <Labelled label={t("editor.gate.askCases")}>
          <Switch
            checked={rules.cases ?? false}
            onChange={(cases) => setRules({ ...rules, cases })}
          />
        </Labelled>
        <Labelled label={t("editor.gate.askCoverage")}>
          <InputNumber
            min={0}
            max={100}
            suffix="%"
            value={rules.coverage ?? 0}
            onChange={(coverage) => setRules({ ...rules, coverage: coverage ?? 0 })}
          />
        </Labelled>
        <Labelled label={t("editor.gate.askMoney")}>
          <Input
            inputMode="decimal"
            allowClear
            placeholder={t("editor.gate.noLimit")}
            status={isAmount ? "" : "error"}
            value={limit === null ? "" : String(limit)}
            onChange={(event) =>
              setRules({ ...rules, money_limit: event.target.value.trim() || null })
            }
          />
        </Labelled>
      </div>
    </Modal>
  )
}
