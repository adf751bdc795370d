import { PlusOutlined } from "@ant-design/icons"
import { Button, Card, Empty, Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Connection, Connector } from "@/api/types"
import { When } from "@/text/When"
import { Icon } from "@/ui/Icon"
import { Page } from "@/ui/Page"
import { HealthTag } from "./HealthTag"

export function ConnectionsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const may = useMay()
  const list = useRead("list_connections", {}, { every: 30_000 })
  const connectors = useRead("list_connectors", {})
  const kinds = new Map(connectors.data?.items.map((each) => [each.type, each]))
  const add = (
    <Button
      type="primary"
      icon={<PlusOutlined />}
      onClick={() => void navigate("/connections/new")}
    >
      {t("connections.new")}
    </Button>
  )
  return (
    <Page
      title={t("menu.connections")}
      about={t("connections.about")}
      actions={may("connections.edit") && add}
    >
      <Loaded query={list}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty description={t("connections.none")} className="empty-list">
              {may("connections.edit") && add}
            </Empty>
          ) : (
            <div className="cards">
              {items.map((each) => (
                <ConnectionCard
                  key={each.key}
                  connection={each}
                  connector={kinds.get(each.connector)}
                />
              ))}
            </div>
          )
        }
      </Loaded>
    </Page>
  )
}

function ConnectionCard({
  connection,
  connector,
}: {
  connection: Connection
  connector: Connector | undefined
}) {
  const { t } = useTranslation()
  const health = useRead("read_health", { path: { key: connection.key } }, { every: 30_000 })
  return (
    <Card className="connection-card">
      <Flex gap={12}>
        <span className="card-icon">
          <Icon svg={connector?.icon ?? ""} size={22} />
        </span>
        <Flex vertical flex={1} gap={2}>
          <Link to={`/connections/${connection.key}`} className="card-name">
            {connection.name}
          </Link>
          <Typography.Text type="secondary">
            {connector?.label ?? connection.connector}
          </Typography.Text>
        </Flex>
        <HealthTag connection={connection} health={health.data} />
      </Flex>
      <Flex className="card-foot" justify="space-between" wrap gap={8}>
        <Typography.Text type="secondary">
          {health.data?.last_ok_at ? (
            <>
              {t("connections.lastOk")} <When at={health.data.last_ok_at} />
            </>
          ) : (
            t("connections.neverUsed")
          )}
        </Typography.Text>
        {(health.data?.waiting ?? 0) > 0 && (
          <Typography.Text type="secondary">
            {t("connections.waiting", { count: health.data?.waiting ?? 0 })}
          </Typography.Text>
        )}
      </Flex>
    </Card>
  )
}
