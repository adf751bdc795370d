import { useQueryClient } from "@tanstack/react-query"
import { App, Tabs, Typography } from "antd"
import { useEffect, useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { useBlocker, useParams } from "react-router"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { isProblem } from "@/api/problem"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Card, CardSchemas, CardWithDraft, ProblemItem } from "@/api/types"
import { FormContextProvider } from "@/forms/context"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { LockRows } from "../locks/LockRows"
import { RequestRows } from "../requests/RequestRows"
import { Trial } from "../trial/Trial"
import { WhatIf } from "../trial/WhatIf"
import { Advanced } from "./Advanced"
import { CardActions, CardTitle } from "./CardHead"
import { ConflictDialog } from "./ConflictDialog"
import { changesBetween } from "./changes"
import { type Desk, DeskProvider, placed } from "./desk"
import { PublishDialog } from "./PublishDialog"
import { put } from "./pointer"
import { Rates } from "./Rates"
import { Recompute } from "./Recompute"
import { useCheck } from "./useCheck"
import { Versions } from "./Versions"
import "../settlement.css"

export function CardPage() {
  const { key = "" } = useParams()
  const query = useRead("read_rate_card", { path: { key } })
  return <Loaded query={query}>{(card) => <Writing key={card.key} stored={card} />}</Loaded>
}

/** The card as it is being written, upon the stored one it began from. */
function Writing({ stored }: { stored: CardWithDraft }) {
  const [start, setStart] = useState(stored)
  const [document, setDocument] = useState(stored.draft as unknown as Card)
  const isDirty = changesBetween(start.draft, document).length > 0
  // Saved elsewhere while nothing is written here: what is stored is shown.
  if (stored.revision > start.revision && !isDirty) {
    setStart(stored)
    setDocument(stored.draft as unknown as Card)
  }
  const begin = (card: CardWithDraft, next: Card) => {
    setStart(card)
    setDocument(next)
  }
  return <OneCard {...{ stored, start, document, setDocument, begin, isDirty }} />
}

interface Props {
  stored: CardWithDraft
  start: CardWithDraft
  document: Card
  setDocument: (change: (before: Card) => Card) => void
  begin: (card: CardWithDraft, document: Card) => void
  isDirty: boolean
}

function OneCard({ stored, start, document, setDocument, begin, isDirty }: Props) {
  const { t } = useTranslation()
  const may = useMay()
  const client = useQueryClient()
  const [tab, setTab] = useFilter("tab")
  const [dialog, setDialog] = useState<"publish" | "conflict">()
  const [refused, setRefused] = useState<ProblemItem[]>([])
  const live = useRead(
    "read_rate_card_version",
    { path: { key: stored.key, number: stored.live_version ?? 1 } },
    { enabled: stored.live_version !== null },
  )
  const isChanged =
    stored.live_version === null ||
    (live.data !== undefined && changesBetween(live.data.document, stored.draft).length > 0)
  const schemas = useRead("read_rate_card_schemas", {})
  const locks = useRead("list_locks", {
    query: { scope: `rate_card:${start.key}`, limit: 200 },
  })
  const { problems, isChecking } = useCheck(document)
  const save = useAct("save_rate_card", {
    said: t("word.saved"),
    refresh: ["list_rate_cards"],
    done: ({ revision }, { body }) => {
      setRefused([])
      begin({ ...start, revision, draft: body as unknown as CardWithDraft["draft"] }, document)
      void client.invalidateQueries({ queryKey: ["read_rate_card"] })
    },
    quiet: (fault) => {
      if (isProblem(fault) && fault.status === 412) {
        setDialog("conflict")
        return true
      }
      if (isProblem(fault)) setRefused(fault.items.map((item) => ({ ...item, level: "error" })))
      return false
    },
  })
  useLeaving(isDirty)
  const isReadOnly = !may("settlement.edit")
  const desk = useMemo<Desk>(
    () => ({
      key: start.key,
      document,
      saved: start.draft as unknown as Card,
      currency: document.currency ?? "CNY",
      set: (pointer, value) => setDocument((before) => put(before, pointer, value)),
      problems: placed(document, [...refused, ...problems]),
      locks: locks.data?.items ?? [],
      isReadOnly,
    }),
    [start, document, setDocument, refused, problems, locks.data, isReadOnly],
  )
  const surroundings = useMemo(() => surroundingsOf(schemas.data), [schemas.data])
  const scope = `rate_card:${start.key}`
  return (
    <DeskProvider value={desk}>
      <FormContextProvider value={surroundings}>
        <Page
          title={<CardTitle card={stored} isDirty={isDirty} isChanged={isChanged} />}
          about={<CardTitle.About card={stored} />}
          actions={
            <CardActions
              card={stored}
              document={document}
              isDirty={isDirty}
              isChanged={isChanged}
              isSaving={save.isPending}
              save={() =>
                save.mutate({ path: { key: start.key }, match: start.revision, body: document })
              }
              undo={() => begin(start, start.draft as unknown as Card)}
              publish={() => setDialog("publish")}
            />
          }
        >
          <Tabs
            activeKey={tab || "rates"}
            onChange={(next) => setTab(next === "rates" ? undefined : next)}
            items={[
              {
                key: "rates",
                label: t("rates.card.tabs.rates"),
                children: <Rates isChecking={isChecking} />,
              },
              {
                key: "trial",
                label: t("rates.card.tabs.trial"),
                children: <Trial document={document} />,
              },
              {
                key: "month",
                label: t("rates.card.tabs.month"),
                children: <WhatIf document={document} />,
              },
              {
                key: "versions",
                label: t("rates.card.tabs.versions"),
                children: <Versions card={start} />,
              },
              {
                key: "recompute",
                label: t("rates.card.tabs.recompute"),
                children: <Recompute card={stored} />,
              },
              {
                key: "locks",
                label: t("rates.card.tabs.locks"),
                children: (
                  <>
                    <Typography.Title level={2}>{t("menu.locks")}</Typography.Title>
                    <LockRows scope={scope} />
                    <Typography.Title level={2}>{t("menu.requests")}</Typography.Title>
                    <RequestRows scope={scope} />
                  </>
                ),
              },
              {
                key: "advanced",
                label: t("rates.card.tabs.advanced"),
                children: <Advanced />,
              },
            ]}
          />
        </Page>
        {dialog === "publish" && <PublishDialog card={stored} close={() => setDialog(undefined)} />}
        {dialog === "conflict" && (
          <ConflictDialog
            start={start}
            mine={document}
            goOn={(card, next) => {
              begin(card, next)
              setDialog(undefined)
            }}
            close={() => setDialog(undefined)}
          />
        )}
      </FormContextProvider>
    </DeskProvider>
  )
}

/** What conditions and formulas may read, and the words they are written in. */
function surroundingsOf(schemas: CardSchemas | undefined) {
  if (!schemas) return {}
  return {
    scope: schemas.scope,
    catalog: { groups: [], nodes: [], event_types: [], language: schemas.language },
  }
}

/** Asks before what was written is left behind. */
function useLeaving(isDirty: boolean): void {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isDirty && currentLocation.pathname !== nextLocation.pathname,
  )
  const isBlocked = blocker.state === "blocked"
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each way out
  useEffect(() => {
    if (blocker.state !== "blocked") return
    modal.confirm({
      title: t("rates.card.leaveTitle"),
      content: t("rates.card.leaveAbout"),
      okText: t("rates.card.leave"),
      okButtonProps: { danger: true },
      cancelText: t("rates.card.stay"),
      onOk: () => blocker.proceed(),
      onCancel: () => blocker.reset(),
    })
  }, [isBlocked])
}
