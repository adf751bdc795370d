import { Alert, Button, Flex, Input, Select, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useTell } from "@/api/act"
import { call } from "@/api/client"
import { usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import type { Chain } from "@/api/types"
import { count, exactTime } from "@/text/format"
import { useFilter } from "@/ui/address"
import { CopyText } from "@/ui/CopyText"
import { JsonView } from "@/ui/JsonView"
import { Page } from "@/ui/Page"
import { useActNames } from "./acts"

/** Who changed what and when; a chain of seals shows whether anything was altered since. */
export function AuditPage() {
  const { t } = useTranslation()
  const [target, setTarget] = useFilter("target")
  const [act, setAct] = useFilter("act")
  const nameOf = usePeopleNames()
  const actName = useActNames()
  const list = useList("list_audit", {
    query: { limit: 50, ...(target && { target }), ...(act && { act }) },
  })
  return (
    <Page title={t("menu.audit")} about={t("admin.auditAbout")} actions={<Verify />}>
      <Flex gap={8} wrap className="filters">
        <Select
          aria-label={t("admin.act")}
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("admin.allActs")}
          value={act || null}
          options={actName.options}
          onChange={(next) => setAct(next ?? undefined)}
        />
        <Input.Search
          aria-label={t("admin.target")}
          allowClear
          placeholder={t("admin.targetHint")}
          defaultValue={target}
          onSearch={(next) => setTarget(next.trim())}
        />
      </Flex>
      <Rows
        query={list}
        rowKey="id"
        empty={<Typography.Text type="secondary">{t("admin.noAudit")}</Typography.Text>}
        expanded={(row) => <JsonView value={row.detail} />}
        columns={[
          { title: t("admin.at"), render: (_, row) => exactTime(row.at) },
          { title: t("admin.who"), render: (_, row) => nameOf(row.who) },
          { title: t("admin.act"), render: (_, row) => actName.of(row.act) },
          { title: t("admin.target"), render: (_, row) => <CopyText text={row.target} /> },
          { title: t("admin.address"), render: (_, row) => row.address ?? "—" },
        ]}
      />
    </Page>
  )
}

function Verify() {
  const { t } = useTranslation()
  const tell = useTell()
  const [chain, setChain] = useState<Chain>()
  const [isBusy, setBusy] = useState(false)
  const verify = async () => {
    setBusy(true)
    try {
      setChain(await call("verify_audit", {}))
    } catch (fault) {
      tell(fault)
    }
    setBusy(false)
  }
  return (
    <Flex gap={8} align="center" wrap>
      {chain && (
        <Alert
          type={chain.holds ? "success" : "error"}
          showIcon
          title={
            chain.holds
              ? t("admin.chainHolds", { number: count(chain.number) })
              : t("admin.chainBroken", { number: chain.broken_at ?? 0 })
          }
        />
      )}
      <Button loading={isBusy} onClick={() => void verify()}>
        {t("admin.verify")}
      </Button>
    </Flex>
  )
}
