import { LeftOutlined } from "@ant-design/icons"
import { Alert, Button, Flex, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useAct } from "@/api/act"
import type { StatementShown } from "@/api/types"
import { When } from "@/text/When"
import { StatementTag } from "../entries/MoneyTag"
import { Money } from "../Money"
import { Downloads } from "../statements/Downloads"
import { Reckoning } from "../statements/Reckoning"
import { AnswerDrawer } from "./AnswerDrawer"
import { MyLines } from "./MyLines"
import "./phone.css"

const CHANGED = ["read_statement", "list_statements", "list_statement_lines"] as const

/** A statement as its partner reads it: the sum, how it comes about, the lines, and an answer. */
export function MyStatement({ statement }: { statement: StatementShown }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<"confirm" | "dispute">()
  const path = { statement_id: statement.id }
  const done = () => setAsked(undefined)
  const confirm = useAct("confirm_statement", {
    said: t("settlement.own.confirmed"),
    refresh: [...CHANGED],
    done,
  })
  const dispute = useAct("dispute_statement", {
    said: t("settlement.own.disputed"),
    refresh: [...CHANGED],
    done,
  })
  const canConfirm = statement.state === "released" || statement.state === "disputed"
  const canDispute = statement.state === "released"
  return (
    <div className="phone">
      <Flex justify="space-between" align="center">
        <Link to="/settlement/statements" className="phone-back">
          <LeftOutlined aria-hidden /> {t("settlement.own.title")}
        </Link>
        <Downloads statement={statement} />
      </Flex>
      <header className="phone-head">
        <Typography.Title level={1}>
          {t("settlement.statements.of", {
            party: statement.party_name,
            period: statement.period,
          })}
        </Typography.Title>
        <Typography.Text type="secondary">{t("settlement.statements.payable")}</Typography.Text>
        <div className="phone-total">
          <Money value={statement.payable} currency={statement.currency} isStrong />
        </div>
        <Flex gap={8} align="center" justify="center" wrap>
          <StatementTag state={statement.state} isOwn />
          {statement.number && <Typography.Text copyable>{statement.number}</Typography.Text>}
        </Flex>
      </header>
      {statement.answered_at && (
        <Alert
          type={statement.state === "disputed" ? "warning" : "success"}
          showIcon
          title={
            <>
              {t(
                statement.state === "disputed"
                  ? "settlement.own.youDisputed"
                  : "settlement.own.youConfirmed",
              )}{" "}
              <When at={statement.answered_at} />
            </>
          }
          description={statement.answer ? `“${statement.answer}”` : undefined}
        />
      )}
      {statement.paid_at && (
        <Alert
          type="success"
          showIcon
          title={
            <>
              {t("settlement.own.paid")} <When at={statement.paid_at} />
            </>
          }
        />
      )}
      <section>
        <Typography.Title level={2}>{t("settlement.statements.reckoning")}</Typography.Title>
        <Reckoning statement={statement} />
      </section>
      <section>
        <Typography.Title level={2}>
          {t("settlement.statements.lines", { count: statement.entries })}
        </Typography.Title>
        <MyLines statement={statement} />
      </section>
      {canConfirm && (
        <div className="phone-bar">
          {canDispute && (
            <Button size="large" onClick={() => setAsked("dispute")}>
              {t("settlement.own.dispute")}
            </Button>
          )}
          <Button size="large" type="primary" onClick={() => setAsked("confirm")}>
            {t("settlement.own.confirm")}
          </Button>
        </div>
      )}
      {asked && (
        <AnswerDrawer
          kind={asked}
          statement={statement}
          isSending={confirm.isPending || dispute.isPending}
          close={done}
          send={(words) =>
            asked === "confirm"
              ? confirm.mutate({ path, body: { note: words } })
              : dispute.mutate({ path, body: { reason: words } })
          }
        />
      )}
    </div>
  )
}
