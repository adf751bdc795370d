import { Alert, Card, Flex, Segmented, Tag, Typography } from "antd"
import { lazy, Suspense, useState } from "react"
import { useTranslation } from "react-i18next"
import { messageOf } from "@/api/Fault"
import { useRead } from "@/api/queries"
import type { UpgradedFlowShown } from "@/api/types"
import type { Catalog } from "@/flow/catalog"
import type { Flow } from "@/flow/types"
import { languageNow } from "@/text/set-up"
import { Conflicts, wordsOf } from "./Conflicts"
import type { Side } from "./choices"
import { Offers } from "./Offers"

const FlowView = lazy(async () => ({ default: (await import("@/editor/FlowView")).FlowView }))
const DiffPicture = lazy(async () => ({
  default: (await import("@/editor/panels/DiffPicture")).DiffPicture,
}))

interface Props {
  flow: UpgradedFlowShown
  chosen: Record<string, Side>
  choose: (path: string, side: Side) => void
  chooseAll: (side: Side) => void
  isReadOnly: boolean
}

/** One flow of the scene: what collides, what comes in, what becomes of its draft. */
export function FlowCard({ flow, chosen, choose, chooseAll, isReadOnly }: Props) {
  const { t } = useTranslation()
  const name = flow.document.name
  return (
    <Card
      className="section-head"
      title={typeof name === "string" && name ? name : flow.key}
      extra={
        <Tag variant="filled" color={flow.did === "added" ? "success" : "default"}>
          {t(`upgrade.did.${flow.did}`)}
        </Tag>
      }
    >
      {flow.did === "gone" && (
        <Typography.Text type="secondary">{t("upgrade.goneHelp")}</Typography.Text>
      )}
      {flow.did === "added" && (
        <>
          <Typography.Paragraph type="secondary">{t("upgrade.addedHelp")}</Typography.Paragraph>
          <Suspense fallback={null}>
            <div className="canvas-box is-run">
              <FlowView flow={flow.document} />
            </div>
          </Suspense>
        </>
      )}
      {flow.did === "merged" && (
        <>
          {flow.conflicts.length > 0 && (
            <section>
              <Typography.Title level={2}>{t("upgrade.conflicts")}</Typography.Title>
              <Conflicts
                conflicts={flow.conflicts}
                chosen={chosen}
                choose={choose}
                isReadOnly={isReadOnly}
              />
            </section>
          )}
          <section>
            <Typography.Title level={2}>{t("upgrade.offers")}</Typography.Title>
            <Offers
              offers={flow.offers}
              chosen={chosen}
              choose={choose}
              chooseAll={chooseAll}
              isReadOnly={isReadOnly}
            />
          </section>
          <Result flow={flow} />
        </>
      )}
      {flow.did !== "gone" && flow.problems.length > 0 && (
        <Alert
          type="warning"
          showIcon
          className="section-head"
          title={t("upgrade.problems", { count: flow.problems.length })}
          description={
            <ul className="problem-items">
              {flow.problems.map((one) => (
                <li key={`${one.path} ${one.code}`}>{messageOf(one)}</li>
              ))}
            </ul>
          }
        />
      )}
    </Card>
  )
}

/** The draft as it would be, beside the draft as it is: in words or drawn. */
function Result({ flow }: { flow: UpgradedFlowShown }) {
  const { t } = useTranslation()
  const [isDrawn, setDrawn] = useState(false)
  const locale = languageNow() === "en" ? "en" : "zh"
  const catalog = useRead("read_catalog", { query: { locale } }, { enabled: isDrawn })
  const told = flow.changes.filter((one) => !one.cosmetic)
  return (
    <section>
      <Typography.Title level={2}>{t("upgrade.result")}</Typography.Title>
      {flow.changes.length === 0 ? (
        <Typography.Text type="secondary">{t("upgrade.resultNone")}</Typography.Text>
      ) : (
        <Flex vertical gap={12}>
          <div>
            <Segmented
              value={isDrawn ? "picture" : "words"}
              options={[
                { value: "words", label: t("upgrade.asWords") },
                { value: "picture", label: t("upgrade.asPicture") },
              ]}
              onChange={(next) => setDrawn(next === "picture")}
            />
          </div>
          {!isDrawn && (
            <ul className="upgrade-list">
              {told.map((one) => (
                <li key={`${one.kind} ${one.path}`}>{wordsOf(one)}</li>
              ))}
              {told.length < flow.changes.length && (
                <li>{t("editor.diff.onlyMoved", { count: flow.changes.length - told.length })}</li>
              )}
            </ul>
          )}
          {isDrawn && catalog.data && (
            <Suspense fallback={null}>
              <DiffPicture
                before={flow.mine as unknown as Flow}
                after={flow.document as unknown as Flow}
                catalog={catalog.data as unknown as Catalog}
              />
            </Suspense>
          )}
        </Flex>
      )}
    </section>
  )
}
