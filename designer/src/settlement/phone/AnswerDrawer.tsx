import { Button, Drawer, Flex, Input, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import type { StatementShown } from "@/api/types"
import { money } from "@/text/format"

interface Props {
  kind: "confirm" | "dispute"
  statement: StatementShown
  isSending: boolean
  send: (words: string) => void
  close: () => void
}

/** Comes up from below: what the answer means, and room for words; a dispute needs them. */
export function AnswerDrawer({ kind, statement, isSending, send, close }: Props) {
  const { t } = useTranslation()
  const [words, setWords] = useState("")
  const sum = money(statement.payable, statement.currency)
  const label = t(kind === "confirm" ? "settlement.own.note" : "settlement.own.reason")
  return (
    <Drawer
      open
      placement="bottom"
      size="auto"
      onClose={close}
      title={t(kind === "confirm" ? "settlement.own.confirmTitle" : "settlement.own.disputeTitle", {
        sum,
      })}
    >
      <Flex vertical gap={12}>
        <Typography.Text type="secondary">
          {t(kind === "confirm" ? "settlement.own.confirmAbout" : "settlement.own.disputeAbout")}
        </Typography.Text>
        <Input.TextArea
          aria-label={label}
          placeholder={label}
          value={words}
          maxLength={1000}
          autoSize={{ minRows: 3, maxRows: 8 }}
          onChange={(event) => setWords(event.target.value)}
        />
        <Button
          block
          size="large"
          type="primary"
          danger={kind === "dispute"}
          loading={isSending}
          disabled={kind === "dispute" && words.trim() === ""}
          onClick={() => send(words.trim())}
        >
          {t(kind === "confirm" ? "settlement.own.confirmGo" : "settlement.own.disputeGo", { sum })}
        </Button>
      </Flex>
    </Drawer>
  )
}
