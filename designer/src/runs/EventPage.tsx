import { Card, Descriptions, Flex, List, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link, useParams } from "react-router"
import { Loaded } from "@/api/Loaded"
import { useFlowNames } from "@/api/names"
import { useRead } from "@/api/queries"
import { RUN_TONES } from "@/api/tones"
import { When } from "@/text/When"
import { CopyText } from "@/ui/CopyText"
import { JsonView } from "@/ui/JsonView"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"

/** One event: what came in, which flows it started, and why the others stayed quiet. */
export function EventPage() {
  const { t } = useTranslation()
  const { eventId = "" } = useParams()
  const nameOf = useFlowNames()
  const query = useRead("read_one_event", { path: { event_id: eventId } })
  return (
    <Loaded query={query}>
      {(event) => (
        <Page
          title={`${event.type} · ${event.subject}`}
          about={
            <>
              <Link to="/runs">{t("menu.runs")}</Link> / <CopyText text={event.id} />
            </>
          }
        >
          <Card className="facts">
            <Descriptions
              column={{ xs: 1, sm: 2, lg: 3 }}
              items={[
                { key: "time", label: t("runs.eventTime"), children: <When at={event.time} /> },
                {
                  key: "received",
                  label: t("runs.receivedAt"),
                  children: <When at={event.received_at} />,
                },
                { key: "source", label: t("runs.source"), children: event.source },
                {
                  key: "owner",
                  label: t("runs.owner"),
                  children: <CopyText text={event.owner} />,
                },
              ]}
            />
          </Card>
          <Typography.Title level={2}>{t("runs.started")}</Typography.Title>
          {event.runs.length === 0 && (
            <Typography.Paragraph type="secondary">{t("runs.startedNone")}</Typography.Paragraph>
          )}
          {event.runs.map((run) => (
            <Flex key={run.id} gap={12} align="center" className="line">
              <StatusTag tone={RUN_TONES[run.status]}>{t(`runs.status.${run.status}`)}</StatusTag>
              <Link to={`/runs/${run.id}`}>{nameOf(run.flow)}</Link>
            </Flex>
          ))}
          {event.triggers.some((each) => !each.fires) && (
            <>
              <Typography.Title level={2}>{t("runs.quiet")}</Typography.Title>
              <List
                dataSource={event.triggers.filter((each) => !each.fires)}
                rowKey={(each) => `${each.flow} ${each.node}`}
                renderItem={(each) => (
                  <List.Item>
                    <List.Item.Meta title={nameOf(each.flow)} description={each.reason} />
                  </List.Item>
                )}
              />
            </>
          )}
          <Typography.Title level={2}>{t("runs.content")}</Typography.Title>
          <JsonView value={event.data} />
        </Page>
      )}
    </Loaded>
  )
}
