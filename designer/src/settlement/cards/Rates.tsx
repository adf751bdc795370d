import { PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Tabs } from "antd"
import { useTranslation } from "react-i18next"
import { useSearchParams } from "react-router"
import { freeId, rulesOf, termOf, useDesk } from "./desk"
import { Layers } from "./Layers"
import { Problems } from "./Problems"
import { partsOf } from "./pointer"
import { RuleDrawer } from "./RuleDrawer"
import { TermDrawer } from "./TermDrawer"

/** What is owed, one tab each when there are several, and what is open of it. */
export function Rates({ isChecking }: { isChecking: boolean }) {
  const { t } = useTranslation()
  const desk = useDesk()
  const [params, setParams] = useSearchParams()
  const [termKey, ruleId] = [params.get("term") ?? "", params.get("rule")]
  const isTermOpen = params.get("open") === "term"
  const go = (next: { term?: string; rule?: string; open?: string }) =>
    setParams(
      (before) => {
        const tab = before.get("tab")
        return { ...(tab && { tab }), term: next.term ?? termKey, ...next }
      },
      { replace: true },
    )
  const setTerm = (term: string) => go({ term })
  const setRule = (rule: string | undefined) => go(rule ? { rule } : {})
  const { terms } = desk.document
  const term = termOf(desk.document, termKey) ?? terms[0]
  const rule = rulesOf(desk.document).find((one) => one.id === ruleId)
  const jump = (pointer: string) => {
    const [list, id] = partsOf(pointer)
    if (list === "rules" && id) {
      const own = rulesOf(desk.document).find((one) => one.id === id)?.term
      go({ rule: id, ...(own && { term: own }) })
    }
    if (list === "terms" && id) go({ term: id, open: "term" })
  }
  const add = () => {
    const key = freeId(
      terms.map((one) => one.key),
      "term",
    )
    desk.set("/terms", [
      ...terms,
      { key, name: t("rates.term.fresh"), party: { role: "promoter" } },
    ])
    setTerm(key)
  }
  if (!term) return null
  const layers = <Layers term={term} openRule={setRule} openTerm={() => go({ open: "term" })} />
  return (
    <Flex vertical gap={16}>
      <Problems isChecking={isChecking} jump={jump} />
      <div>
        {terms.length > 1 ? (
          <Tabs
            size="small"
            activeKey={term.key}
            onChange={setTerm}
            items={terms.map((one) => ({
              key: one.key,
              label: one.name,
              children: one === term ? layers : null,
            }))}
          />
        ) : (
          layers
        )}
        {!desk.isReadOnly && (
          <Button icon={<PlusOutlined />} onClick={add}>
            {t("rates.term.add")}
          </Button>
        )}
      </div>
      {rule && (
        <RuleDrawer key={rule.id} rule={rule} open={setRule} close={() => setRule(undefined)} />
      )}
      {isTermOpen && !rule && <TermDrawer key={term.key} term={term} close={() => go({})} />}
    </Flex>
  )
}
