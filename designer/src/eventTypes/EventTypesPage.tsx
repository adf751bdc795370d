import { PlusOutlined } from "@ant-design/icons"
import { Button, Tag, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useSceneNames } from "@/api/names"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { TypeShown } from "@/api/types"
import { WholeList } from "@/api/WholeList"
import type { JsonObject } from "@/flow/types"
import { languageNow } from "@/text/set-up"
import { When } from "@/text/When"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { recordOf } from "./schema"

/** 自定义事件: what the business itself calls an event. */
export function EventTypesPage() {
  const { t } = useTranslation()
  const may = useMay()
  const navigate = useNavigate()
  const sceneName = useSceneNames()
  const query = useRead("list_event_types", {})
  const add = may("flows.edit") && (
    <Link to="/admin/event-types/new">
      <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
        {t("eventTypes.new")}
      </Button>
    </Link>
  )
  return (
    <Page title={t("menu.eventTypes")} about={t("eventTypes.about")} actions={add}>
      <WholeList
        query={query}
        rowKey="type"
        none={t("eventTypes.none")}
        offer={
          <>
            <Typography.Paragraph type="secondary">{t("eventTypes.noneHelp")}</Typography.Paragraph>
            {add}
          </>
        }
        open={(row) => void navigate(`/admin/event-types/${row.type}`)}
        columns={[
          {
            title: t("word.name"),
            render: (_, row) => <Link to={`/admin/event-types/${row.type}`}>{labelOf(row)}</Link>,
          },
          { title: t("eventTypes.type"), render: (_, row) => <CopyText text={row.type} /> },
          {
            title: t("eventTypes.fields"),
            render: (_, row) => t("eventTypes.fieldCount", { count: countOf(row) }),
          },
          {
            title: t("eventTypes.scene"),
            render: (_, row) =>
              row.scene ? <Tag variant="filled">{sceneName(row.scene)}</Tag> : t("eventTypes.own"),
          },
          { title: t("eventTypes.updated"), render: (_, row) => <When at={row.updated_at} /> },
        ]}
      />
    </Page>
  )
}

export const labelOf = (row: TypeShown) =>
  (languageNow() === "en" ? row.label.en : row.label.zh) || row.type

function countOf(row: TypeShown): number {
  const properties = (row.schema.properties ?? {}) as Record<string, JsonObject>
  const held = properties[recordOf(row.type)]?.properties
  return Object.keys(held ?? properties).length
}
