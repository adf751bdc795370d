import { useQueryClient } from "@tanstack/react-query"
import { App, Button, Card, Flex, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useTell } from "@/api/act"
import { call } from "@/api/client"
import type { EntryShown } from "@/api/types"
import { money } from "@/text/format"
import { useAsk } from "@/ui/useAsk"
import { sumOf } from "../amounts"
import { byOwner, type Move, movable } from "./states"

const CALLS = {
  freeze: "freeze_entries",
  release: "release_entries",
  void: "void_entries",
} as const
const MOVES: Move[] = ["freeze", "release", "void"]
// The party's lane does it in its turn: a look soon after, and one more.
const LOOKS = [800, 3000]

interface Props {
  chosen: EntryShown[]
  clear: () => void
}

/** What can be done to the chosen entries; each button says how many and how much. */
export function MoveBar({ chosen, clear }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  const tell = useTell()
  const ask = useAsk()
  const [busy, setBusy] = useState<Move>()
  const look = () =>
    client.invalidateQueries({
      predicate: (query) => String(query.queryKey[0]).startsWith("list_settlement_"),
    })
  const send = async (move: Move, entries: EntryShown[], reason: string) => {
    setBusy(move)
    try {
      for (const [party, keys] of byOwner(entries))
        await call(CALLS[move], { body: { party, keys, reason } })
      void message.success(t("settlement.entries.handed"))
      clear()
      for (const delay of LOOKS) setTimeout(() => void look(), delay)
    } catch (fault) {
      tell(fault)
    } finally {
      setBusy(undefined)
    }
  }
  return (
    <Card size="small" className="move-bar">
      <Flex gap={12} align="center" wrap>
        <Typography.Text>
          {t("settlement.entries.chosen", { count: chosen.length })}
        </Typography.Text>
        {MOVES.map((move) => {
          const entries = movable(chosen, move)
          const what = { count: entries.length, sum: sumsOf(entries) }
          return (
            <Button
              key={move}
              danger={move === "void"}
              disabled={entries.length === 0}
              loading={busy === move}
              onClick={() =>
                ask({
                  title: t(`settlement.entries.move.${move}.title`, what),
                  about: t(`settlement.entries.move.${move}.about`),
                  go: t(`settlement.entries.move.${move}.go`, what),
                  isDanger: move === "void",
                  isNeeded: true,
                  done: (reason) => send(move, entries, reason),
                })
              }
            >
              {entries.length > 0
                ? t(`settlement.entries.move.${move}.go`, what)
                : t(`settlement.entries.move.${move}.none`)}
            </Button>
          )
        })}
        <Button type="text" onClick={clear}>
          {t("settlement.entries.clear")}
        </Button>
      </Flex>
    </Card>
  )
}

/** "¥450.00 + US$3.00": amounts of different currencies are never added. */
function sumsOf(entries: readonly EntryShown[]): string {
  const currencies = [...new Set(entries.map((entry) => entry.currency))]
  return currencies
    .map((currency) => {
      const own = entries.filter((entry) => entry.currency === currency)
      return money(
        sumOf(
          own.map((entry) => entry.amount),
          currency,
        ),
        currency,
      )
    })
    .join(" + ")
}
