import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Empty, Flex, Input, Select, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { PartyShown, PlatformAccount } from "@/api/types"
import { rateWords } from "@/text/zh-CN/rateWords"
import { wordOf } from "../cards/words"

const PLATFORMS = Object.keys(rateWords.platform)

/** What the party is called on platforms: by these an order finds it. */
export function Accounts({ party }: { party: PartyShown }) {
  const query = useRead("read_party_accounts", { path: { party_id: party.id } })
  return (
    <Loaded query={query}>
      {({ accounts }) => (
        <Editing key={JSON.stringify(accounts)} party={party} accounts={accounts} />
      )}
    </Loaded>
  )
}

function Editing({ party, accounts }: { party: PartyShown; accounts: PlatformAccount[] }) {
  const { t } = useTranslation()
  const may = useMay()
  const [rows, setRows] = useState(accounts)
  const [typed, setTyped] = useState("")
  // A platform of one's own is typed: the list only knows those everybody has.
  const own = /^[a-z][a-z0-9_]{0,39}$/.test(typed) ? [typed] : []
  const save = useAct("set_party_accounts", {
    said: t("word.saved"),
    refresh: ["read_party_accounts"],
  })
  const isReadOnly = !may("settlement.edit")
  const set = (index: number, change: Partial<PlatformAccount>) =>
    setRows(rows.map((row, each) => (each === index ? { ...row, ...change } : row)))
  const isDirty = JSON.stringify(rows) !== JSON.stringify(accounts)
  const isWhole = rows.every((row) => row.platform && row.external_id)
  const add = (
    <Button
      icon={<PlusOutlined />}
      onClick={() => setRows([...rows, { platform: "douyin", external_id: "" }])}
    >
      {t("rates.party.addAccount")}
    </Button>
  )
  return (
    <Flex vertical gap={12} className="narrow">
      <Typography.Text type="secondary">{t("rates.party.accountsAbout")}</Typography.Text>
      {rows.length === 0 && (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("rates.party.noAccounts")} />
      )}
      {rows.map((row, index) => (
        // A name is found by its place while it is being typed.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Flex key={index} gap={8}>
          <Select
            style={{ width: 220 }}
            showSearch={{ optionFilterProp: "label", onSearch: setTyped }}
            aria-label={`${wordOf(t, "match", "platform")} ${index + 1}`}
            value={row.platform}
            disabled={isReadOnly}
            options={[...new Set([...PLATFORMS, row.platform, ...own])].map((value) => ({
              value,
              label: wordOf(t, "platform", value),
            }))}
            onChange={(platform: string) => set(index, { platform })}
          />
          <Input
            aria-label={`${t("rates.party.accountId")} ${index + 1}`}
            placeholder={t("rates.party.accountId")}
            value={row.external_id}
            disabled={isReadOnly}
            onChange={(event) => set(index, { external_id: event.target.value.trim() })}
          />
          {!isReadOnly && (
            <Button
              type="text"
              danger
              icon={<DeleteOutlined />}
              aria-label={`${t("word.delete")} ${row.platform} ${row.external_id}`}
              onClick={() => setRows(rows.filter((_, each) => each !== index))}
            />
          )}
        </Flex>
      ))}
      {!isReadOnly && (
        <Flex gap={8}>
          {add}
          {isDirty && (
            <Button
              type="primary"
              disabled={!isWhole}
              loading={save.isPending}
              onClick={() =>
                save.mutate({ path: { party_id: party.id }, body: { accounts: rows } })
              }
            >
              {t("rates.party.saveAccounts")}
            </Button>
          )}
        </Flex>
      )}
    </Flex>
  )
}
