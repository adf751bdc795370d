import { PlusOutlined } from "@ant-design/icons"
import { Button, Card, Flex, Tag, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import { When } from "@/text/When"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import type { CalendarDocument } from "./document"
import { useCalendarWords } from "./words"

/** 工作日历: all of them, and the one that counts where none is named. */
export function CalendarsPage() {
  const { t } = useTranslation()
  const may = useMay()
  const query = useRead("list_calendars", {})
  return (
    <Page
      title={t("menu.calendars")}
      about={t("calendars.about")}
      actions={
        may("calendars.edit") && (
          <Link to="/admin/calendars/new">
            <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
              {t("calendars.new")}
            </Button>
          </Link>
        )
      }
    >
      <Loaded query={query}>
        {({ items, standard }) => (
          <>
            {items.length === 0 && (
              <Typography.Paragraph type="secondary">{t("calendars.none")}</Typography.Paragraph>
            )}
            <div className="cards">
              {items.map((one) => (
                <Card key={one.key}>
                  <Link to={`/admin/calendars/${one.key}`} className="card-name">
                    {one.name}
                  </Link>
                  <Facts document={one.document} />
                  <Flex justify="space-between" gap={8} wrap className="card-foot">
                    <CopyText text={one.key} />
                    <Typography.Text type="secondary">
                      {t("calendars.updated")} <When at={one.updated_at} />
                    </Typography.Text>
                  </Flex>
                </Card>
              ))}
              <Card>
                <span className="card-name">{t("calendars.standard")}</span>
                <Facts document={standard} />
                <Typography.Paragraph type="secondary" className="card-foot">
                  {t("calendars.standardHelp")}
                </Typography.Paragraph>
                {may("calendars.edit") && (
                  <Link to="/admin/calendars/new">{t("calendars.copyStandard")}</Link>
                )}
              </Card>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Facts({ document }: { document: CalendarDocument }) {
  const { t } = useTranslation()
  const { week } = useCalendarWords()
  return (
    <Flex vertical gap={4} className="card-foot">
      {week(document).map((line) => (
        <span key={line}>{line}</span>
      ))}
      <Flex gap={4} wrap>
        <Tag variant="filled">{document.zone ?? "Asia/Shanghai"}</Tag>
        <Tag
          variant="filled"
          className="calendar-tag"
          color={document.public_holidays ? "processing" : "default"}
        >
          {document.public_holidays ? t("calendars.public") : t("calendars.publicOff")}
        </Tag>
      </Flex>
    </Flex>
  )
}
