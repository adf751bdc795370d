import { Badge, Button, Card, Empty, Flex, Input, Tag, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { Loaded } from "@/api/Loaded"
import { isNewer } from "@/api/newer"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { InstalledScene, SceneShown } from "@/api/types"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"

/** The scenes, by industry and search. */
export function GalleryPage() {
  const { t } = useTranslation()
  const [industry, setIndustry] = useFilter("industry")
  const [search, setSearch] = useState("")
  const query = useRead("list_templates", {})
  const installed = useRead("list_installed_templates", {})
  const there = new Map(installed.data?.items.map((each) => [each.scene, each]))
  const newer = installed.data?.items.filter(isNewer).length ?? 0
  return (
    <Page
      title={t("menu.templates")}
      about={t("templates.about")}
      actions={
        there.size > 0 && (
          <Link to="/templates/installed">
            <Badge count={newer}>
              <Button tabIndex={-1}>{t("upgrade.installed")}</Button>
            </Badge>
          </Link>
        )
      }
    >
      <Loaded query={query}>
        {({ items }) => {
          const industries = [...new Set(items.map((each) => each.industry))]
          const shown = items.filter((each) => fits(each, industry, search))
          return (
            <>
              <Flex gap={8} wrap align="center" className="filters">
                <Input.Search
                  allowClear
                  aria-label={t("list.search")}
                  placeholder={t("templates.search")}
                  onChange={(event) => setSearch(event.target.value)}
                />
                <Flex gap={4} wrap>
                  <Tag.CheckableTag checked={!industry} onChange={() => setIndustry(undefined)}>
                    {t("list.all")}
                  </Tag.CheckableTag>
                  {industries.map((each) => (
                    <Tag.CheckableTag
                      key={each}
                      checked={industry === each}
                      onChange={(on) => setIndustry(on ? each : undefined)}
                    >
                      {each}
                    </Tag.CheckableTag>
                  ))}
                </Flex>
              </Flex>
              {shown.length === 0 && <Empty description={t("templates.none")} />}
              <div className="cards">
                {shown.map((each) => (
                  <SceneCard key={each.key} scene={each} held={there.get(each.key)} />
                ))}
              </div>
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}

function fits(scene: SceneShown, industry: string, search: string): boolean {
  const words = `${scene.name} ${scene.summary} ${scene.industry}`.toLowerCase()
  return (!industry || scene.industry === industry) && words.includes(search.trim().toLowerCase())
}

function SceneCard({ scene, held }: { scene: SceneShown; held: InstalledScene | undefined }) {
  const { t } = useTranslation()
  const may = useMay()
  const kinds = useRead("list_connectors", {}, { enabled: may("connections.read") })
  const labelOf = (type: string) =>
    kinds.data?.items.find((each) => each.type === type)?.label ?? type
  const needed = scene.connections.filter((each) => each.required)
  return (
    <Card className="scene-card">
      <Flex justify="space-between" align="flex-start" gap={8}>
        <Link to={`/templates/${scene.key}`} className="card-name">
          {scene.name}
        </Link>
        {held && isNewer(held) && (
          <Link to={`/templates/${scene.key}/upgrade`}>
            {t("upgrade.newer", { version: held.newest })}
          </Link>
        )}
        {held && !isNewer(held) && (
          <Tag color="success" variant="filled">
            {t("templates.installed")}
          </Tag>
        )}
      </Flex>
      <Typography.Paragraph type="secondary" className="card-text">
        {scene.summary}
      </Typography.Paragraph>
      <Flex gap={4} wrap>
        <Tag variant="filled">{scene.industry}</Tag>
        {needed.map((each) => (
          <Tag key={each.key} variant="outlined">
            {t("templates.needs", { what: each.types.map(labelOf).join(" / ") })}
          </Tag>
        ))}
      </Flex>
    </Card>
  )
}
