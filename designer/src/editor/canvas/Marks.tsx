import { Tooltip } from "antd"
import { memo } from "react"
import type { Block } from "@/flow/catalog"
import type { FlowNode } from "@/flow/types"
import { languageNow } from "@/text/set-up"
import { useEditor, useEditorSession } from "../context"
import { wordsOf } from "../panels/words"

/** The small marks on a card: problems, waits, money, messages, notes. */
export const Marks = memo(function Marks(props: {
  id: string
  node: FlowNode
  block: Block | undefined
}) {
  const { id, node, block } = props
  const { t } = useEditor()
  const problems = useEditorSession((session) => session.problems.get(id))
  const worst = problems?.some((one) => one.level === "error") ? "is-error" : "is-warning"
  return (
    <span className="marks">
      {problems && (
        <Tooltip
          title={
            <ul className="marks-list">
              {problems.slice(0, 5).map((one) => (
                <li key={`${one.path}${one.code}`}>{wordsOf(one, languageNow())}</li>
              ))}
            </ul>
          }
        >
          <span
            className={`mark ${worst}`}
            role="img"
            aria-label={t("editor.mark.problems", { count: problems.length })}
          >
            !
          </span>
        </Tooltip>
      )}
      {block?.waits && <Sign char="⧗" words={t("editor.mark.waits")} />}
      {block?.effect_class === "money" && <Sign char="¥" words={t("editor.mark.money")} />}
      {block?.effect_class === "message" && <Sign char="✉" words={t("editor.mark.message")} />}
      {node.note && <Sign char="✎" words={node.note} />}
    </span>
  )
})

function Sign({ char, words }: { char: string; words: string }) {
  return (
    <span className="sign" role="img" aria-label={words} title={words}>
      {char}
    </span>
  )
}
