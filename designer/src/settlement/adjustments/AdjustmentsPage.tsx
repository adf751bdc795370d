import { PlusOutlined } from "@ant-design/icons"
import { App, Button, Flex, Select, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay, useSession } from "@/api/session"
import type { AdjustmentShown } from "@/api/types"
import { money } from "@/text/format"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { StatusTag, type Tone } from "@/ui/StatusTag"
import { Money } from "../Money"
import { useOrderName } from "../reconcile/platforms"
import { NewAdjustment } from "./NewAdjustment"

const TONES: Record<AdjustmentShown["state"], Tone> = {
  proposed: "waiting",
  approved: "good",
  rejected: "bad",
}
const STATES = ["proposed", "approved", "rejected"] as const

/** Money moved by hand: a reason, a paper, and another person who agrees. */
export function AdjustmentsPage() {
  const { t } = useTranslation()
  const orderOf = useOrderName()
  const may = useMay()
  const nameOf = usePeopleNames()
  const [state, setState] = useFilter("state")
  const [isNew, setNew] = useState(false)
  const wanted = STATES.find((one) => one === state)
  const list = useList("list_adjustments", {
    query: { limit: 50, ...(wanted && { state: wanted }) },
  })
  return (
    <Page
      title={t("menu.adjustments")}
      about={t("settlement.adjustments.about")}
      actions={
        may("settlement.edit") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
            {t("settlement.adjustments.new")}
          </Button>
        )
      }
    >
      <Flex gap={12} className="filters">
        <Select
          allowClear
          aria-label={t("word.status")}
          placeholder={t("word.status")}
          value={wanted}
          options={STATES.map((one) => ({
            value: one,
            label: t(`settlement.adjustments.state.${one}`),
          }))}
          onChange={setState}
        />
      </Flex>
      <Rows
        query={list}
        rowKey="id"
        empty={
          <Typography.Text type="secondary">{t("settlement.adjustments.none")}</Typography.Text>
        }
        columns={[
          {
            title: t("settlement.party"),
            render: (_, row) => (
              <Flex vertical>
                <span>{row.party_name}</span>
                <Typography.Text type="secondary">{row.term_name}</Typography.Text>
              </Flex>
            ),
          },
          {
            title: t("settlement.amount"),
            className: "number",
            render: (_, row) => (
              <Money value={row.amount} currency={row.currency} isToned isStrong />
            ),
          },
          {
            title: t("settlement.adjustments.why"),
            width: 280,
            render: (_, row) => (
              <Flex vertical>
                <span>{row.reason}</span>
                <Typography.Text type="secondary">
                  {t("settlement.adjustments.paperIs", { paper: row.paper })}
                  {row.order && ` · ${orderOf(row.order)}`}
                </Typography.Text>
              </Flex>
            ),
          },
          {
            title: t("settlement.adjustments.maker"),
            render: (_, row) => (
              <Flex vertical>
                <span>{nameOf(row.maker)}</span>
                <Typography.Text type="secondary">
                  <When at={row.made_at} />
                </Typography.Text>
              </Flex>
            ),
          },
          {
            title: t("word.status"),
            render: (_, row) => (
              <Flex vertical gap={2} align="flex-start">
                <StatusTag tone={TONES[row.state]}>
                  {t(`settlement.adjustments.state.${row.state}`)}
                </StatusTag>
                {row.checker && (
                  <Typography.Text type="secondary">
                    {nameOf(row.checker)} · <When at={row.answered_at} />
                  </Typography.Text>
                )}
              </Flex>
            ),
          },
          {
            title: t("word.actions"),
            render: (_, row) => row.state === "proposed" && <Acts adjustment={row} />,
          },
        ]}
      />
      {isNew && <NewAdjustment close={() => setNew(false)} />}
    </Page>
  )
}

function Acts({ adjustment }: { adjustment: AdjustmentShown }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const me = useSession()?.user.id
  const refresh = ["list_adjustments", "list_settlement_entries"] as const
  const approve = useAct("approve_adjustment", {
    said: t("settlement.adjustments.approved"),
    refresh: [...refresh],
  })
  const reject = useAct("reject_adjustment", {
    said: t("settlement.adjustments.rejected"),
    refresh: [...refresh],
  })
  if (!may("settlement.publish")) return null
  if (adjustment.maker === me)
    return <Typography.Text type="secondary">{t("settlement.adjustments.ownWork")}</Typography.Text>
  const path = { adjustment_id: adjustment.id }
  const what = {
    party: adjustment.party_name,
    sum: money(adjustment.amount, adjustment.currency),
  }
  return (
    <Flex gap={8}>
      <Button
        loading={approve.isPending}
        onClick={() =>
          void modal.confirm({
            title: t("settlement.adjustments.approveTitle", what),
            content: t("settlement.adjustments.approveAbout"),
            okText: t("settlement.adjustments.approveGo"),
            cancelText: t("word.cancel"),
            onOk: () => approve.mutateAsync({ path }).catch(() => undefined),
          })
        }
      >
        {t("settlement.adjustments.approve")}
      </Button>
      <Button
        danger
        loading={reject.isPending}
        onClick={() =>
          void modal.confirm({
            title: t("settlement.adjustments.rejectTitle", what),
            content: t("settlement.adjustments.rejectAbout"),
            okText: t("settlement.adjustments.rejectGo"),
            cancelText: t("word.cancel"),
            okButtonProps: { danger: true },
            onOk: () => reject.mutateAsync({ path }).catch(() => undefined),
          })
        }
      >
        {t("settlement.adjustments.reject")}
      </Button>
    </Flex>
  )
}
