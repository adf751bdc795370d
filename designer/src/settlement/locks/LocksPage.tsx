import { LockOutlined } from "@ant-design/icons"
import { Button, Flex, Modal, Select, TreeSelect } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { idOf, isRecord, pointerOf } from "../cards/pointer"
import { sayPointer, sayValue } from "../cards/words"
import { LockDialog } from "./LockDialog"
import { LockRows } from "./LockRows"
import { useScopeDocument, useScopeNames } from "./scopes"
import "../settlement.css"
import { Labelled } from "../Labelled"

/** 参数锁定: what nobody may change, but by an approved request. */
export function LocksPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [scope, setScope] = useFilter("scope")
  const [isNew, setNew] = useState(false)
  const options = useScopeOptions()
  return (
    <Page
      title={t("menu.locks")}
      about={t("rates.lock.pageAbout")}
      actions={
        may("settlement.lock") && (
          <Button type="primary" icon={<LockOutlined />} onClick={() => setNew(true)}>
            {t("rates.lock.new")}
          </Button>
        )
      }
    >
      <Flex className="filters">
        <Select
          allowClear
          aria-label={t("rates.lock.document")}
          placeholder={t("rates.lock.allDocuments")}
          value={scope || null}
          options={options}
          onChange={(next?: string) => setScope(next)}
        />
      </Flex>
      <LockRows scope={scope || undefined} />
      {isNew && <NewLock first={scope} close={() => setNew(false)} />}
    </Page>
  )
}

function useScopeOptions(): { value: string; label: string }[] {
  const may = useMay()
  const nameOf = useScopeNames()
  const cards = useRead("list_rate_cards", { query: { limit: 200 } })
  const flows = useRead("list_flows", { query: { limit: 200 } }, { enabled: may("flows.read") })
  return [
    ...(cards.data?.items ?? []).map((card) => `rate_card:${card.key}`),
    ...(flows.data?.items ?? []).flatMap((flow) => [`flow:${flow.key}`, `params:${flow.key}`]),
  ].map((value) => ({ value, label: nameOf(value) }))
}

/** First which value: the document, then its place in it. */
function NewLock({ first, close }: { first: string; close: () => void }) {
  const { t } = useTranslation()
  const options = useScopeOptions()
  const [scope, setScope] = useState(first)
  const [pointer, setPointer] = useState<string>()
  const [isChosen, setChosen] = useState(false)
  if (isChosen && pointer !== undefined)
    return <Chosen scope={scope} pointer={pointer} close={close} />
  return (
    <Modal
      open
      width={640}
      title={t("rates.lock.title")}
      okText={t("word.next")}
      cancelText={t("word.cancel")}
      okButtonProps={{ disabled: !scope || pointer === undefined }}
      onOk={() => setChosen(true)}
      onCancel={close}
    >
      <Flex vertical gap={12}>
        <Labelled label={t("rates.lock.document")}>
          {(id) => (
            <Select
              id={id}
              className="wide"
              showSearch={{ optionFilterProp: "label" }}
              value={scope || null}
              options={options}
              onChange={(next: string) => {
                setScope(next)
                setPointer(undefined)
              }}
            />
          )}
        </Labelled>
        {scope && <Place scope={scope} value={pointer} onChange={setPointer} />}
      </Flex>
    </Modal>
  )
}

function Chosen({ scope, pointer, close }: { scope: string; pointer: string; close: () => void }) {
  const { document } = useScopeDocument(scope)
  return <LockDialog scope={scope} pointer={pointer} document={document} close={close} />
}

interface PlaceProps {
  scope: string
  value: string | undefined
  onChange: (pointer: string) => void
}

/** A place in a document, as a tree of words with the values beside them. */
function Place({ scope, value, onChange }: PlaceProps) {
  const { t } = useTranslation()
  const { document, currency } = useScopeDocument(scope)
  const nodes = (here: unknown, parts: string[]): { value: string; title: string }[] => {
    const members: [string, unknown][] = Array.isArray(here)
      ? here.map((item, index) => [idOf(item) ?? String(index), item])
      : isRecord(here)
        ? Object.entries(here)
        : []
    return members
      .filter(([name]) => parts.length > 0 || (name !== "format" && name !== "key"))
      .map(([name, inner]) => {
        const path = [...parts, name]
        const pointer = pointerOf(path)
        const said = sayPointer(t, document, pointer).split(" · ").at(-1) ?? name
        const isLeaf = typeof inner !== "object" || inner === null
        return {
          value: pointer,
          title: isLeaf
            ? `${said}${t("rates.colon")}${sayValue(t, pointer, inner, currency)}`
            : said,
          children: path.length < 6 ? nodes(inner, path) : [],
        }
      })
  }
  return (
    <Labelled label={t("rates.lock.place")}>
      {(id) => (
        <TreeSelect
          id={id}
          className="wide"
          showSearch={{ treeNodeFilterProp: "title" }}
          value={value}
          placeholder={t("rates.lock.placeHelp")}
          treeData={nodes(document, [])}
          onChange={onChange}
        />
      )}
    </Labelled>
  )
}
