import { CheckCircleFilled, CloseCircleFilled, MinusCircleFilled } from "@ant-design/icons"
import { Button, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useMay } from "@/api/session"
import type { GateShown } from "@/api/types"
import { useEditor } from "../context"
import { wordsOf } from "../panels/words"
import { goToLine, sayLine } from "../simulate/Covered"
import { Excuse } from "./Excuse"
import { RulesForm } from "./RulesForm"

/** What test runs of this draft have reached: cases, coverage, money; what is asked and missing. */
export function Gate({ found }: { found: GateShown }) {
  const { session } = useEditor()
  const { t, i18n } = useTranslation()
  const may = useMay()
  const [isEditing, setEditing] = useState(false)
  const { rules, cases, money } = found
  const isAsked = rules.cases || (rules.coverage ?? 0) > 0 || rules.money_limit != null
  const bad = new Set(found.problems.map((one) => one.code.split("_")[0] ?? ""))
  const passed = cases.filter((one) => one.passed).length
  const share = found.lines === 0 ? 100 : Math.floor((100 * reachedOf(found)) / found.lines)
  return (
    <section className="gate" aria-label={t("editor.gate.title")}>
      <h4>
        {t("editor.gate.title")}
        {may("flows.publish") && (
          <Button type="link" size="small" onClick={() => setEditing(true)}>
            {t("editor.gate.change")}
          </Button>
        )}
      </h4>
      {!isAsked && <Typography.Text type="secondary">{t("editor.gate.nothing")}</Typography.Text>}
      <ul>
        <Line state={stateOf(rules.cases ?? false, !bad.has("case") && !bad.has("no"))}>
          {t("editor.gate.cases", { done: passed, all: cases.length })}
          <CaseMarks cases={cases} />
        </Line>
        <Line state={stateOf((rules.coverage ?? 0) > 0, !bad.has("coverage"))}>
          {t("editor.gate.coverage", { done: found.taken, all: found.lines, share })}
          {(rules.coverage ?? 0) > 0 && ` · ${t("editor.gate.wanted", { share: rules.coverage })}`}
        </Line>
        <Line state={stateOf(rules.money_limit != null, !bad.has("money"))}>
          {money
            ? t("editor.gate.money", { amount: String(money.difference) })
            : t("editor.gate.noMoney")}
          {rules.money_limit != null &&
            ` · ${t("editor.gate.limit", { amount: rules.money_limit })}`}
          {Boolean(money?.agreed_by) && ` · ${t("editor.gate.agreed")}`}
        </Line>
      </ul>
      {found.problems.length > 0 && (
        <ul className="gate-problems">
          {found.problems.map((one) => (
            <li key={`${one.path} ${one.code}`}>
              {wordsOf(one, i18n.language)}
              {one.code === "money" && ` ${t("editor.gate.whoAgrees")}`}
            </li>
          ))}
        </ul>
      )}
      {found.missing.length > 0 && <Missing found={found} />}
      {isAsked && found.problems.length > 0 && (
        <Button onClick={() => session.setState({ dialog: null, panel: "simulate" })}>
          {t("editor.gate.try")}
        </Button>
      )}
      {isEditing && <RulesForm onClose={() => setEditing(false)} />}
    </section>
  )
}

const reachedOf = (found: GateShown) => found.lines - found.missing.length
type State = "good" | "bad" | "free"
const stateOf = (isAsked: boolean, isGood: boolean): State =>
  isAsked ? (isGood ? "good" : "bad") : "free"

function Line({ state, children }: { state: State; children: React.ReactNode }) {
  const { t } = useTranslation()
  const label = t(`editor.gate.state.${state}`)
  return (
    <li>
      {state === "good" && <CheckCircleFilled className="is-good" aria-label={label} />}
      {state === "bad" && <CloseCircleFilled className="is-bad" aria-label={label} />}
      {state === "free" && <MinusCircleFilled className="is-free" aria-label={label} />} {children}
    </li>
  )
}

function CaseMarks({ cases }: { cases: GateShown["cases"] }) {
  return (
    <span className="case-marks">
      {cases.map((one) => (
        <span
          key={one.name}
          className={one.passed ? "is-good" : one.passed === false ? "is-bad" : ""}
        >
          {one.passed ? "✓" : one.passed === false ? "✗" : "–"} {one.name}
        </span>
      ))}
    </span>
  )
}

/** The lines nobody took: to be looked at, or excused with a reason. */
function Missing({ found }: { found: GateShown }) {
  const parts = useEditor()
  const { t } = useTranslation()
  const may = useMay()
  const [excused, setExcused] = useState<string | null>(null)
  return (
    <details>
      <summary>{t("editor.gate.missing", { count: found.missing.length })}</summary>
      <ul>
        {found.missing.map((id) => (
          <li key={id}>
            <Button
              type="link"
              size="small"
              onClick={() => {
                parts.session.setState({ dialog: null })
                goToLine(parts, id)
              }}
            >
              {sayLine(parts, id)}
            </Button>
            {may("flows.publish") && (
              <Button type="text" size="small" onClick={() => setExcused(id)}>
                {t("editor.gate.excuse")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {excused !== null && <Excuse line={excused} onClose={() => setExcused(null)} />}
    </details>
  )
}
