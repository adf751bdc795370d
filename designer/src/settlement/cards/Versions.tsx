import { App, Button, Drawer, Flex, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { usePeopleNames } from "@/api/names"
import { useList, useRead } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { CardWithDraft } from "@/api/types"
import { exactTime } from "@/text/format"
import { When } from "@/text/When"
import { JsonView } from "@/ui/JsonView"
import { Changes } from "./Changes"
import { changesBetween } from "./changes"

/** Versions, the newest first: what changed with each, and the way back to one. */
export function Versions({ card }: { card: CardWithDraft }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const personOf = usePeopleNames()
  const [open, setOpen] = useState<number>()
  const list = useList("list_rate_card_versions", {
    path: { key: card.key },
    query: { limit: 50 },
  })
  const back = useAct("roll_back_rate_card", {
    said: t("rates.versions.rolledBack"),
    refresh: ["read_rate_card", "list_rate_cards", "list_rate_card_versions"],
  })
  return (
    <>
      <Rows
        query={list}
        rowKey="number"
        empty={<Typography.Text type="secondary">{t("rates.versions.none")}</Typography.Text>}
        columns={[
          {
            title: t("rates.versions.version"),
            render: (_, one) => (
              <Button type="link" className="inline-link" onClick={() => setOpen(one.number)}>
                {t("rates.versions.number", { number: one.number })}
              </Button>
            ),
          },
          {
            title: t("rates.versions.from"),
            render: (_, one) =>
              one.effective_from
                ? exactTime(one.effective_from).slice(0, 16)
                : t("rates.versions.anyDate"),
          },
          { title: t("rates.versions.by"), render: (_, one) => personOf(one.published_by) },
          { title: t("rates.versions.at"), render: (_, one) => <When at={one.published_at} /> },
          { title: t("rates.versions.note"), dataIndex: "note" },
          {
            render: (_, one) => (
              <Flex gap={8} justify="flex-end">
                <Button size="small" onClick={() => setOpen(one.number)}>
                  {t("rates.versions.difference")}
                </Button>
                {may("settlement.publish") && one.number !== card.live_version && (
                  <Button
                    size="small"
                    onClick={() =>
                      void modal.confirm({
                        title: t("rates.versions.backTitle", { number: one.number }),
                        content: t("rates.versions.backAbout"),
                        okText: t("rates.versions.back"),
                        cancelText: t("word.cancel"),
                        onOk: () =>
                          back
                            .mutateAsync({ path: { key: card.key, number: one.number } })
                            .catch(() => undefined),
                      })
                    }
                  >
                    {t("rates.versions.back")}
                  </Button>
                )}
              </Flex>
            ),
          },
        ]}
      />
      {open !== undefined && (
        <Difference card={card} number={open} close={() => setOpen(undefined)} />
      )}
    </>
  )
}

function Difference({
  card,
  number,
  close,
}: {
  card: CardWithDraft
  number: number
  close: () => void
}) {
  const { t } = useTranslation()
  const own = useRead("read_rate_card_version", { path: { key: card.key, number } })
  const before = useRead(
    "read_rate_card_version",
    { path: { key: card.key, number: Math.max(1, number - 1) } },
    { enabled: number > 1 },
  )
  return (
    <Drawer open size={820} title={t("rates.versions.number", { number })} onClose={close}>
      <Loaded query={own}>
        {({ document }) => (
          <>
            {before.data && number > 1 && (
              <>
                <Typography.Title level={2}>
                  {t("rates.versions.since", { number: number - 1 })}
                </Typography.Title>
                <Changes
                  changes={changesBetween(before.data.document, document)}
                  before={before.data.document}
                  after={document}
                  currency={card.currency}
                />
              </>
            )}
            <Typography.Title level={2}>{t("rates.versions.toDraft")}</Typography.Title>
            <Changes
              changes={changesBetween(document, card.draft)}
              before={document}
              after={card.draft}
              currency={card.currency}
            />
            <Typography.Title level={2}>{t("rates.versions.document")}</Typography.Title>
            <JsonView value={document} />
          </>
        )}
      </Loaded>
    </Drawer>
  )
}
