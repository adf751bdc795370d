import { Empty, Tree } from "antd"
import { useTranslation } from "react-i18next"
import type { Block, Schema } from "@/flow/catalog"
import { plainTitle } from "@/flow/conditions/say"
import { CopyText } from "@/ui/CopyText"

interface Props {
  id: string
  block: Block | undefined
  scope: Schema | undefined
}

/** What later steps can read of this one, and what it can read itself. */
export function OutputView({ id, block, scope }: Props) {
  const { t } = useTranslation()
  const output = block?.output ?? undefined
  const made = output?.properties ? branches(output, `steps.${id}`) : []
  return (
    <div className="output-view">
      <h4>{t("editor.output.gives")}</h4>
      {made.length > 0 ? (
        <Tree treeData={made} selectable={false} defaultExpandAll />
      ) : (
        <Empty
          image={Empty.PRESENTED_IMAGE_SIMPLE}
          description={block?.output_varies ? t("editor.output.varies") : t("editor.output.none")}
        />
      )}
      <h4>{t("editor.output.reads")}</h4>
      {scope && <Tree treeData={branches(scope, "")} selectable={false} />}
    </div>
  )
}

interface Branch {
  key: string
  title: React.ReactNode
  children?: Branch[]
}

function branches(schema: Schema, path: string, depth = 0): Branch[] {
  return Object.entries(schema.properties ?? {}).map(([name, inner]) => {
    const here = path ? `${path}.${name}` : name
    const below = depth < 6 ? branches(inner, here, depth + 1) : []
    return {
      key: here,
      title: (
        <span className="output-line">
          {plainTitle(inner.title, name)} <CopyText text={here} />
        </span>
      ),
      ...(below.length > 0 ? { children: below } : {}),
    }
  })
}
