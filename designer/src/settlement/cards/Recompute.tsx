import { useMutation } from "@tanstack/react-query"
import { Alert, App, Button, Flex, Input, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct, useTell } from "@/api/act"
import { call } from "@/api/client"
import { useMay } from "@/api/session"
import type { CardWithDraft } from "@/api/types"
import { Labelled } from "../Labelled"
import { thisMonth } from "../lastMonth"
import { WhatIfRows } from "../trial/WhatIfRows"

/** A period priced anew by the newest version: first what it would make, then corrections. */
export function Recompute({ card }: { card: CardWithDraft }) {
  const { t } = useTranslation()
  const may = useMay()
  const tell = useTell()
  const { modal } = App.useApp()
  const [period, setPeriod] = useState(thisMonth())
  const preview = useMutation({
    mutationFn: (asked: string) =>
      call("preview_recompute", { path: { key: card.key }, body: { period: asked } }),
    onError: tell,
  })
  const go = useAct("recompute_rate_card", {
    refresh: ["list_settlement_entries"],
    done: ({ orders }) =>
      void modal.success({
        title: t("rates.recompute.done", { count: orders }),
        content: t("rates.recompute.doneAbout"),
      }),
  })
  if (card.live_version === null)
    return <Alert type="info" showIcon title={t("rates.recompute.unpublished")} />
  return (
    <Flex vertical gap={16}>
      <Typography.Text type="secondary">
        {t("rates.recompute.about", { number: card.live_version })}
      </Typography.Text>
      <Flex gap={8} align="center" wrap>
        <Labelled label={t("rates.recompute.period")} isInline>
          {(id) => (
            <Input
              id={id}
              style={{ width: 130 }}
              value={period}
              onChange={(event) => {
                setPeriod(event.target.value.trim())
                preview.reset()
              }}
            />
          )}
        </Labelled>
        <Button
          type={preview.data ? "default" : "primary"}
          loading={preview.isPending}
          disabled={period === ""}
          onClick={() => preview.mutate(period)}
        >
          {t("rates.recompute.preview")}
        </Button>
        {preview.data && may("settlement.publish") && (
          <Button
            type="primary"
            loading={go.isPending}
            onClick={() =>
              void modal.confirm({
                title: t("rates.recompute.title", { period }),
                content: t("rates.recompute.confirm"),
                okText: t("rates.recompute.go"),
                cancelText: t("word.cancel"),
                onOk: () =>
                  go
                    .mutateAsync({ path: { key: card.key }, body: { period } })
                    .catch(() => undefined),
              })
            }
          >
            {t("rates.recompute.go")}
          </Button>
        )}
      </Flex>
      {preview.data && (
        <WhatIfRows
          rows={preview.data.rows}
          terms={card.draft}
          wouldBe={t("rates.recompute.would")}
        />
      )}
    </Flex>
  )
}
