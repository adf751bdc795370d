import { Button, Card, Collapse, Flex, Input, Modal, Radio, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { useMay } from "@/api/session"
import type { Decision } from "@/api/types"
import { When } from "@/text/When"
import { CopyText } from "@/ui/CopyText"
import { JsonView } from "@/ui/JsonView"
import { StatusTag } from "@/ui/StatusTag"
import { EFFECT_TONES } from "./tones"
import type { TraceEffect } from "./trace"

/** A call to another system and its true state: sent is not delivered. */
export function EffectCard({ effect }: { effect: TraceEffect }) {
  const { t } = useTranslation()
  const may = useMay()
  const [isDeciding, setDeciding] = useState(false)
  // What the server does itself was applied together with the step: there is nothing to tell.
  if (!effect.connection) return null
  const isOpen = effect.status === "unknown" || effect.status === "failed"
  return (
    <Card size="small" className="effect">
      <Flex gap={8} align="center" wrap>
        <StatusTag tone={EFFECT_TONES[effect.status] ?? "none"}>
          {t(`runs.effect.${effect.status}`)}
        </StatusTag>
        <span>
          {effect.connection} · {effect.action}
        </span>
        <Typography.Text type="secondary">
          {t("runs.attempts", { count: effect.attempts ?? 0 })}
        </Typography.Text>
        {effect.ended_at && (
          <Typography.Text type="secondary">
            <When at={effect.ended_at} />
          </Typography.Text>
        )}
        {isOpen && may("runs.act") && (
          <Button size="small" onClick={() => setDeciding(true)}>
            {t("runs.decide")}
          </Button>
        )}
      </Flex>
      {effect.error?.message && (
        <Typography.Paragraph type="danger">{effect.error.message}</Typography.Paragraph>
      )}
      <Collapse
        ghost
        size="small"
        items={[
          {
            key: "exchange",
            label: t("runs.exchange"),
            children: (
              <Flex vertical gap={8}>
                <CopyText text={effect.key} />
                <JsonView value={{ sent: effect.args, answered: effect.output }} />
              </Flex>
            ),
          },
        ]}
      />
      {isDeciding && <Decide effect={effect} close={() => setDeciding(false)} />}
    </Card>
  )
}

const VERDICTS = ["delivered", "failed", "again"] as const

function Decide({ effect, close }: { effect: TraceEffect; close: () => void }) {
  const { t } = useTranslation()
  const [verdict, setVerdict] = useState<Decision["verdict"]>()
  const [words, setWords] = useState("")
  const decide = useAct("decide_effect", {
    said: t("runs.decided"),
    refresh: ["read_run", "list_incidents"],
    done: close,
  })
  return (
    <Modal
      open
      title={t("runs.decideTitle")}
      okText={t("runs.decideGo")}
      cancelText={t("word.cancel")}
      okButtonProps={{ disabled: !verdict || !words.trim() }}
      confirmLoading={decide.isPending}
      onCancel={close}
      onOk={() =>
        verdict &&
        decide.mutate({ path: { key: effect.key }, body: { verdict, words: words.trim() } })
      }
    >
      <p>{t("runs.decideAbout")}</p>
      <Radio.Group
        className="radio-list"
        value={verdict}
        onChange={(event) => setVerdict(event.target.value)}
        options={VERDICTS.map((each) => ({ value: each, label: t(`runs.verdict.${each}`) }))}
      />
      <Input.TextArea
        aria-label={t("runs.howKnown")}
        placeholder={t("runs.howKnown")}
        maxLength={400}
        value={words}
        autoSize={{ minRows: 2 }}
        onChange={(event) => setWords(event.target.value)}
      />
    </Modal>
  )
}
