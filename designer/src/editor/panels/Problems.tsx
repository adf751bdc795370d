import { CloseOutlined } from "@ant-design/icons"
import { Button, Empty } from "antd"
import { useTranslation } from "react-i18next"
import { findNode } from "@/flow/graphs"
import type { Problem } from "@/flow/types"
import { nameOf } from "../canvas/labels"
import { useEditor, useEditorSession } from "../context"
import { jumpTo } from "../jump"
import { withoutName, wordsOf } from "./words"

/** Everything that is still missing; a click goes there. */
export function Problems() {
  const parts = useEditor()
  const { t, i18n } = useTranslation()
  const problems = useEditorSession((session) => session.allProblems)
  const go = (problem: Problem) => {
    if (problem.node) jumpTo(parts, problem.node, problem.path)
  }
  const stepOf = (problem: Problem) => {
    const found = findNode(parts.store.getState().flow, problem.node ?? "")
    return found ? nameOf(found.node, parts.blocks.get(found.node.type)) : ""
  }
  return (
    <section className="bottom-panel" aria-label={t("editor.command.problems")}>
      <header>
        <strong>{t("editor.problems.title", { count: problems.length })}</strong>
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined />}
          aria-label={t("word.close")}
          onClick={() => parts.session.setState({ panel: null })}
        />
      </header>
      {problems.length === 0 ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("editor.problems.fine")} />
      ) : (
        <ul className="problem-list">
          {problems.map((problem) => (
            <li key={`${problem.path} ${problem.code} ${problem.message}`}>
              <button type="button" onClick={() => go(problem)}>
                <span className={`mark ${problem.level === "error" ? "is-error" : "is-warning"}`}>
                  !
                </span>
                <span className="where">{stepOf(problem) || t("editor.problems.whole")}</span>
                <span className="what">
                  {withoutName(wordsOf(problem, i18n.language), stepOf(problem))}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
