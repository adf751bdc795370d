import { App, Button, Dropdown } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { useMay, useSession } from "@/api/session"
import type { StatementShown } from "@/api/types"
import { money } from "@/text/format"
import { useAsk } from "@/ui/useAsk"

const CHANGED = ["read_statement", "list_statements", "list_statement_lines"] as const

/** What may be done to a statement as it stands; the one that comes next is primary. */
export function StatementActs({ statement }: { statement: StatementShown }) {
  const { t } = useTranslation()
  const may = useMay()
  const ask = useAsk()
  const { modal } = App.useApp()
  const me = useSession()?.user.id
  const path = { statement_id: statement.id }
  const refresh = [...CHANGED]
  const release = useAct("release_statement", {
    said: t("settlement.statements.wasReleased"),
    refresh,
  })
  const confirm = useAct("confirm_statement", {
    said: t("settlement.statements.wasConfirmed"),
    refresh,
  })
  const dispute = useAct("dispute_statement", {
    said: t("settlement.statements.wasDisputed"),
    refresh,
  })
  const pay = useAct("mark_statement_paid", { said: t("settlement.statements.wasPaid"), refresh })
  const draw = useAct("make_statement", { said: t("settlement.statements.wasDrawn"), refresh })
  const sum = money(statement.payable, statement.currency)
  const party = statement.party_name
  const { state } = statement
  const canSend = may("settlement.publish")
  const canEdit = may("settlement.edit")

  const askConfirm = () =>
    ask({
      title: t("settlement.statements.confirmTitle", { party }),
      about: t("settlement.statements.confirmAbout"),
      go: t("settlement.statements.confirmGo"),
      done: (note) => confirm.mutateAsync({ path, body: { note } }),
    })
  const askDispute = () =>
    ask({
      title: t("settlement.statements.disputeTitle", { party }),
      about: t("settlement.statements.disputeAbout"),
      go: t("settlement.statements.disputeGo"),
      isNeeded: true,
      done: (reason) => dispute.mutateAsync({ path, body: { reason } }),
    })
  const askRelease = () =>
    void modal.confirm({
      title: t("settlement.statements.releaseOne", { party, sum }),
      content: t("settlement.statements.releaseAbout"),
      okText: t("settlement.statements.releaseGo"),
      cancelText: t("word.cancel"),
      onOk: () => release.mutateAsync({ path }).catch(() => undefined),
    })
  const askPaid = () =>
    ask({
      title: t("settlement.statements.paidTitle", { party, sum }),
      about: t("settlement.statements.paidAbout"),
      go: t("settlement.statements.paidGo"),
      isNeeded: true,
      done: (note) => pay.mutateAsync({ path, body: { note } }),
    })

  const more = [
    canEdit && state === "draft" && { key: "draw", label: t("settlement.statements.drawAgain") },
    canEdit &&
      state === "released" && { key: "dispute", label: t("settlement.statements.disputeGo") },
    canEdit &&
      state === "disputed" && { key: "confirm", label: t("settlement.statements.confirmGo") },
  ].filter((item) => item !== false)
  const acts: Record<string, () => void> = {
    draw: () =>
      draw.mutate({
        body: {
          party: statement.party,
          period: statement.period,
          currency: statement.currency,
        },
      }),
    dispute: askDispute,
    confirm: askConfirm,
  }
  return (
    <>
      {more.length > 0 && (
        <Dropdown trigger={["click"]} menu={{ items: more, onClick: ({ key }) => acts[key]?.() }}>
          <Button>{t("word.more")}</Button>
        </Dropdown>
      )}
      {canSend && (state === "draft" || state === "disputed") && (
        <Button
          type="primary"
          loading={release.isPending}
          disabled={statement.maker === me}
          title={statement.maker === me ? t("settlement.statements.ownWork") : ""}
          onClick={askRelease}
        >
          {t(
            state === "draft"
              ? "settlement.statements.releaseGo"
              : "settlement.statements.releaseAgain",
          )}
        </Button>
      )}
      {canEdit && state === "released" && (
        <Button loading={confirm.isPending} onClick={askConfirm}>
          {t("settlement.statements.confirmGo")}
        </Button>
      )}
      {canSend && state === "confirmed" && (
        <Button
          type="primary"
          loading={pay.isPending}
          disabled={statement.released_by === me}
          title={statement.released_by === me ? t("settlement.statements.ownRelease") : ""}
          onClick={askPaid}
        >
          {t("settlement.statements.paidGo")}
        </Button>
      )}
    </>
  )
}
