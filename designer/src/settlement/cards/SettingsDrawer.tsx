import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Drawer, Flex, Typography } from "antd"
import dayjs from "dayjs"
import { useTranslation } from "react-i18next"
import { freeId, lockInside, lockOn, rulesOf, useDesk } from "./desk"
import { EdgeField, TextField } from "./fields"
import { RoundingFields } from "./TermFields"
import { wordOf } from "./words"

/** What holds for the whole card: name, currency, zone, rounding, campaigns. */
export function SettingsDrawer({ close }: { close: () => void }) {
  const { t } = useTranslation()
  return (
    <Drawer open size={680} title={t("rates.card.settings")} onClose={close}>
      <div className="bound-grid">
        <TextField at="/name" />
        <TextField at="/currency" preset="CNY" help={t("rates.card.currencyHelp")} />
        <TextField at="/zone" preset="Asia/Shanghai" help={t("rates.card.zoneHelp")} />
      </div>
      <section className="part">
        <Typography.Title level={3}>{wordOf(t, "field", "rounding")}</Typography.Title>
        <Typography.Paragraph type="secondary">
          {t("rates.card.roundingAbout")}
        </Typography.Paragraph>
        <div className="bound-grid">
          <RoundingFields at="/rounding" />
        </div>
      </section>
      <Campaigns />
    </Drawer>
  )
}

function Campaigns() {
  const { t } = useTranslation()
  const desk = useDesk()
  const list = desk.document.campaigns ?? []
  const isFixed = desk.isReadOnly || lockOn(desk, "/campaigns") !== undefined
  const add = () => {
    const key = freeId(
      list.map((one) => one.key),
      "campaign",
    )
    const starts = dayjs().format("YYYY-MM-DD")
    const ends = dayjs().add(7, "day").format("YYYY-MM-DD")
    desk.set("/campaigns", [...list, { key, name: t("rates.card.newCampaign"), starts, ends }])
  }
  return (
    <section className="part">
      <Typography.Title level={3}>{wordOf(t, "field", "campaigns")}</Typography.Title>
      <Typography.Paragraph type="secondary">{t("rates.card.campaignsAbout")}</Typography.Paragraph>
      <Flex vertical gap={12}>
        {list.map((one) => {
          const at = `/campaigns/${one.key}`
          const isUsed = rulesOf(desk.document).some((rule) => rule.campaign === one.key)
          return (
            <div key={one.key} className="rule-card">
              <div className="bound-grid">
                <TextField at={`${at}/name`} />
                <EdgeField at={`${at}/starts`} />
                <EdgeField at={`${at}/ends`} help={t("rates.rule.endsHelp")} />
              </div>
              {!isFixed && (
                <Button
                  danger
                  type="text"
                  icon={<DeleteOutlined />}
                  disabled={isUsed || Boolean(lockInside(desk, at) ?? lockOn(desk, at))}
                  title={isUsed ? t("rates.card.campaignUsed") : undefined}
                  onClick={() => desk.set(at, undefined)}
                >
                  {t("rates.card.removeCampaign")}
                </Button>
              )}
            </div>
          )
        })}
      </Flex>
      {!isFixed && (
        <Button className="section-head" icon={<PlusOutlined />} onClick={add}>
          {t("rates.card.addCampaign")}
        </Button>
      )}
    </section>
  )
}
