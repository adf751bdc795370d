import { Button, Empty, Flex, Table, Tag } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { Loaded } from "@/api/Loaded"
import { useFlowNames } from "@/api/names"
import { isNewer } from "@/api/newer"
import { useRead } from "@/api/queries"
import type { InstalledScene } from "@/api/types"
import { When } from "@/text/When"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"

/** What was installed from the library, and what of it has a newer version. */
export function InstalledPage() {
  const { t } = useTranslation()
  const nameOf = useFlowNames()
  const query = useRead("list_installed_templates", {})
  const library = useRead("list_templates", {})
  const sceneOf = (key: string) => library.data?.items.find((one) => one.key === key)?.name ?? key
  return (
    <Page
      title={t("upgrade.installed")}
      about={
        <>
          <Link to="/templates">{t("menu.templates")}</Link>
          {" / "}
          {t("upgrade.installedAbout")}
        </>
      }
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              className="empty-list"
              image={Empty.PRESENTED_IMAGE_SIMPLE}
              description={t("upgrade.none")}
            >
              <Link to="/templates">{t("upgrade.toGallery")}</Link>
            </Empty>
          ) : (
            <Table<InstalledScene>
              rowKey="id"
              size="middle"
              pagination={false}
              scroll={{ x: "max-content" }}
              dataSource={[...items].reverse()}
              columns={[
                {
                  title: t("upgrade.scene"),
                  render: (_, row) =>
                    row.newest == null ? (
                      row.scene
                    ) : (
                      <Link to={`/templates/${row.scene}`}>{sceneOf(row.scene)}</Link>
                    ),
                },
                {
                  title: t("upgrade.version"),
                  render: (_, row) => (
                    <Flex gap={8} align="center">
                      {t("upgrade.versionIs", { version: row.version })}
                      <Newest one={row} />
                    </Flex>
                  ),
                },
                {
                  title: t("upgrade.flows"),
                  render: (_, row) => (
                    <Flex gap={4} wrap>
                      {row.flows.map((key) => (
                        <Tag key={key} variant="filled">
                          <Link to={`/flows/${key}/edit`}>{nameOf(key)}</Link>
                        </Tag>
                      ))}
                    </Flex>
                  ),
                },
                { title: t("upgrade.at"), render: (_, row) => <When at={row.installed_at} /> },
                {
                  title: t("upgrade.upgradedAt"),
                  render: (_, row) => <When at={row.upgraded_at} />,
                },
                {
                  key: "actions",
                  render: (_, row) =>
                    isNewer(row) && (
                      <Link to={`/templates/${row.scene}/upgrade`}>
                        <Button type="primary" size="small" tabIndex={-1}>
                          {t("upgrade.look")}
                        </Button>
                      </Link>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function Newest({ one }: { one: InstalledScene }) {
  const { t } = useTranslation()
  if (one.newest == null) return <StatusTag tone="none">{t("upgrade.gone")}</StatusTag>
  return isNewer(one) ? (
    <StatusTag tone="unsure">{t("upgrade.newer", { version: one.newest })}</StatusTag>
  ) : (
    <StatusTag tone="good">{t("upgrade.newest")}</StatusTag>
  )
}
