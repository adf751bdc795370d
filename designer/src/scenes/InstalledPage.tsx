import { Button, Flex, Tag } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useFlowNames, useSceneNames } from "@/api/names"
import { isNewer } from "@/api/newer"
import { useRead } from "@/api/queries"
import type { InstalledScene } from "@/api/types"
import { WholeList } from "@/api/WholeList"
import { When } from "@/text/When"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"

/** What was installed from the library, and what of it has a newer version. */
export function InstalledPage() {
  const { t } = useTranslation()
  const nameOf = useFlowNames()
  const sceneName = useSceneNames()
  const query = useRead("list_installed_templates", {})
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
      <WholeList
        query={query}
        rowKey="id"
        isNewestLast
        none={t("upgrade.none")}
        offer={<Link to="/templates">{t("upgrade.toGallery")}</Link>}
        columns={[
          {
            title: t("upgrade.scene"),
            render: (_, row) =>
              row.newest == null ? (
                row.scene
              ) : (
                <Link to={`/templates/${row.scene}`}>{sceneName(row.scene)}</Link>
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
