import { DownOutlined } from "@ant-design/icons"
import { Button, Dropdown, Flex, Tooltip } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { usePeopleNames } from "@/api/names"
import { useMay } from "@/api/session"
import type { Card, CardWithDraft } from "@/api/types"
import { When } from "@/text/When"
import { CopyText } from "@/ui/CopyText"
import { StatusTag } from "@/ui/StatusTag"
import { save as saveFile } from "@/ui/save"
import { CopyCard } from "./NewCard"
import { SettingsDrawer } from "./SettingsDrawer"

interface TitleProps {
  card: CardWithDraft
  isDirty: boolean
  /** What is stored is another than what is published. */
  isChanged: boolean
}

export function CardTitle({ card, isDirty, isChanged }: TitleProps) {
  const { t } = useTranslation()
  return (
    <Flex gap={12} align="center" wrap>
      {card.name}
      {card.live_version === null ? (
        <StatusTag tone="none">{t("rates.cards.never")}</StatusTag>
      ) : (
        <StatusTag tone="good">
          {t("rates.card.published", { number: card.live_version })}
        </StatusTag>
      )}
      {isChanged && card.live_version !== null && (
        <StatusTag tone="waiting">{t("rates.cards.changed")}</StatusTag>
      )}
      {isDirty && <StatusTag tone="unsure">{t("rates.card.unsaved")}</StatusTag>}
    </Flex>
  )
}

CardTitle.About = function About({ card }: { card: CardWithDraft }) {
  const { t } = useTranslation()
  const personOf = usePeopleNames()
  return (
    <Flex gap={12} align="center" wrap>
      <Link to="/settlement/cards">{t("menu.cards")}</Link>
      <CopyText text={card.key} />
      <span>
        {t("rates.card.savedBy", { who: personOf(card.saved_by) })} <When at={card.updated_at} />
      </span>
    </Flex>
  )
}

interface Props {
  card: CardWithDraft
  document: Card
  isDirty: boolean
  isChanged: boolean
  isSaving: boolean
  save: () => void
  undo: () => void
  publish: () => void
}

/** Save while something is unsaved, publish once it is; the rest in a menu. */
export function CardActions(props: Props) {
  const { card, document, isDirty, isChanged, isSaving, save, undo, publish } = props
  const { t } = useTranslation()
  const may = useMay()
  const [open, setOpen] = useState<"settings" | "copy">()
  const items = [
    { key: "copy", label: t("rates.cards.copy"), onClick: () => setOpen("copy") },
    {
      key: "download",
      label: t("rates.card.download"),
      onClick: () => saveFile(`${card.key}.json`, JSON.stringify(document, null, 2)),
    },
  ]
  return (
    <>
      <Button onClick={() => setOpen("settings")}>{t("rates.card.settings")}</Button>
      <Dropdown menu={{ items }} trigger={["click"]}>
        <Button>
          {t("word.more")} <DownOutlined />
        </Button>
      </Dropdown>
      {may("settlement.edit") && isDirty && (
        <>
          <Button onClick={undo}>{t("rates.card.undo")}</Button>
          <Button type="primary" loading={isSaving} onClick={save}>
            {t("rates.card.save")}
          </Button>
        </>
      )}
      {may("settlement.publish") && (
        <Tooltip title={isDirty ? t("rates.card.saveFirst") : ""}>
          <Button
            type={isDirty || !isChanged ? "default" : "primary"}
            disabled={isDirty}
            onClick={publish}
          >
            {t("rates.card.publish")}
          </Button>
        </Tooltip>
      )}
      {open === "settings" && <SettingsDrawer close={() => setOpen(undefined)} />}
      {open === "copy" && <CopyCard card={card} close={() => setOpen(undefined)} />}
    </>
  )
}
