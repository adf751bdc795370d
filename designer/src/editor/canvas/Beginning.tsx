import { Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { Icon } from "@/ui/Icon"
import { useDocument, useEditor, useEditorSession } from "../context"
import { put } from "../palette/put"
import { colorOf } from "./colors"

/** On an empty canvas: what comes first, and the ways to begin. */
export function Beginning() {
  const parts = useEditor()
  const { t } = useTranslation()
  const isEmpty = useDocument(({ flow }) => !flow.nodes?.length && !flow.notes?.length)
  const isQuiet = useEditorSession(({ readOnly, adding }) => !readOnly && adding === null)
  if (!isEmpty || !isQuiet) return null
  return (
    <section className="beginning" aria-label={t("editor.begin.title")}>
      <Typography.Title level={2}>{t("editor.begin.title")}</Typography.Title>
      <Typography.Text type="secondary">{t("editor.begin.about")}</Typography.Text>
      <ul>
        {parts.catalog.nodes
          .filter((block) => block.kind === "trigger")
          .map((block) => (
            <li key={block.type}>
              <button
                type="button"
                style={{ "--group": colorOf(block, parts.catalog) } as React.CSSProperties}
                onClick={() => put(parts, block)}
              >
                <span className="tile">
                  <Icon svg={block.icon} size={18} />
                </span>
                {block.label}
              </button>
            </li>
          ))}
      </ul>
      <Link to="/templates">{t("editor.begin.scene")}</Link>
    </section>
  )
}
