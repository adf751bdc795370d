import { Alert, App, Button, Card, Descriptions, Flex, Tabs, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link, useNavigate, useParams } from "react-router"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Connection, Connector } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { CopyText } from "@/ui/CopyText"
import { JsonView } from "@/ui/JsonView"
import { inLanguage, Markdown } from "@/ui/Markdown"
import { Page } from "@/ui/Page"
import { CredentialsForm } from "./CredentialsForm"
import { Files } from "./Files"
import { HealthTag } from "./HealthTag"
import { Review } from "./Review"
import { SettingsForm } from "./SettingsForm"
import { Traffic } from "./Traffic"

export function ConnectionPage() {
  const { key = "" } = useParams()
  const query = useRead("read_one_connection", { path: { key } })
  const connectors = useRead("list_connectors", {})
  return (
    <Loaded query={query}>
      {(connection) => (
        <Loaded query={connectors}>
          {({ items }) => (
            <One
              connection={connection}
              connector={items.find((each) => each.type === connection.connector)}
            />
          )}
        </Loaded>
      )}
    </Loaded>
  )
}

function One({
  connection,
  connector,
}: {
  connection: Connection
  connector: Connector | undefined
}) {
  const { t } = useTranslation()
  const may = useMay()
  const [tab, setTab] = useFilter("tab")
  const health = useRead("read_health", { path: { key: connection.key } }, { every: 10_000 })
  const mayEdit = may("connections.edit")
  const tabs = [
    {
      key: "state",
      label: t("connections.tab.state"),
      children: <State connection={connection} />,
    },
  ]
  if (connector) {
    tabs.push({
      key: "settings",
      label: t("connections.tab.settings"),
      children: <SettingsForm key={connection.revision} {...{ connection, connector }} />,
    })
    if (mayEdit)
      tabs.push({
        key: "credentials",
        label: t("connections.tab.credentials"),
        children: <CredentialsForm key={connection.revision} {...{ connection, connector }} />,
      })
    if (connector.receives || connector.pulls)
      tabs.push({
        key: "review",
        label: t("connections.tab.review"),
        children: <Review connection={connection} />,
      })
    if (connector.type === "csv_file")
      tabs.push({
        key: "files",
        label: t("connections.tab.files"),
        children: <Files connection={connection} />,
      })
    tabs.push({
      key: "help",
      label: t("connections.help"),
      children: (
        <Card>
          <Markdown skipTitle text={inLanguage(connector.help, languageNow() === "en")} />
        </Card>
      ),
    })
  }
  return (
    <Page
      title={
        <Flex gap={12} align="center" wrap>
          {connection.name}
          <HealthTag connection={connection} health={health.data} />
        </Flex>
      }
      about={
        <>
          <Link to="/connections">{t("menu.connections")}</Link> /{" "}
          {connector?.label ?? connection.connector}
        </>
      }
      actions={mayEdit && <Actions connection={connection} />}
    >
      <Tabs
        items={tabs}
        activeKey={tab || "state"}
        onChange={(next) => setTab(next === "state" ? undefined : next)}
      />
    </Page>
  )
}

function Actions({ connection }: { connection: Connection }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { modal } = App.useApp()
  const refresh = [
    "read_one_connection" as const,
    "read_health" as const,
    "list_connections" as const,
  ]
  const given = { path: { key: connection.key }, match: connection.revision }
  const test = useAct("try_connection", { said: t("connections.testOk"), refresh: ["read_health"] })
  const pause = useAct("pause_connection", { said: t("connections.paused"), refresh })
  const resume = useAct("resume_connection", { said: t("connections.resumed"), refresh })
  const remove = useAct("remove_connection", {
    said: t("connections.removed"),
    refresh: ["list_connections"],
    done: () => void navigate("/connections"),
  })
  return (
    <>
      <Button
        type="primary"
        loading={test.isPending}
        onClick={() => test.mutate({ path: { key: connection.key } })}
      >
        {t("connections.test")}
      </Button>
      {connection.status === "active" ? (
        <Button
          onClick={() =>
            void modal.confirm({
              title: t("connections.pauseTitle", { name: connection.name }),
              content: t("connections.pauseAbout"),
              okText: t("connections.pause"),
              cancelText: t("word.cancel"),
              onOk: () => pause.mutateAsync(given).catch(() => undefined),
            })
          }
        >
          {t("connections.pause")}
        </Button>
      ) : (
        <Button loading={resume.isPending} onClick={() => resume.mutate(given)}>
          {t("connections.resume")}
        </Button>
      )}
      <Button
        danger
        onClick={() =>
          void modal.confirm({
            title: t("connections.removeTitle", { name: connection.name }),
            content: t("connections.removeAbout"),
            okText: t("connections.remove"),
            okButtonProps: { danger: true },
            cancelText: t("word.cancel"),
            onOk: () => remove.mutateAsync(given).catch(() => undefined),
          })
        }
      >
        {t("connections.remove")}
      </Button>
    </>
  )
}

/** How it is: what went well and wrong last, what waits, where the platform pushes to. */
function State({ connection }: { connection: Connection }) {
  const { t } = useTranslation()
  const query = useRead("read_health", { path: { key: connection.key } }, { every: 10_000 })
  return (
    <Loaded query={query}>
      {(health) => (
        <Flex vertical gap={16}>
          {health.state === "open" && (
            <Alert
              type="error"
              showIcon
              title={t("connections.circuit")}
              description={
                <>
                  {t("connections.circuitUntil")} <When at={health.open_until} />
                </>
              }
            />
          )}
          <Card>
            <Descriptions
              column={{ xs: 1, sm: 2 }}
              items={[
                {
                  key: "ok",
                  label: t("connections.lastOk"),
                  children: <When at={health.last_ok_at} />,
                },
                {
                  key: "failures",
                  label: t("connections.failures"),
                  children: health.failures,
                },
                { key: "waiting", label: t("connections.queue"), children: health.waiting },
                {
                  key: "pulled",
                  label: t("connections.pulledAt"),
                  children: <When at={health.pulled_at} />,
                },
                {
                  key: "sync",
                  label: t("connections.sync"),
                  children: t(`connections.syncMode.${connection.sync_mode}`),
                },
                { key: "key", label: t("word.key"), children: <CopyText text={connection.key} /> },
              ]}
            />
          </Card>
          <Traffic connection={connection.key} />
          {connection.hook && (
            <Card title={t("connections.hook")}>
              <Typography.Paragraph type="secondary">
                {t("connections.hookAbout")}
              </Typography.Paragraph>
              <CopyText text={connection.hook} />
            </Card>
          )}
          {health.last_error && (
            <Card
              title={
                <>
                  {t("connections.lastError")} · <When at={health.last_error_at} />
                </>
              }
            >
              <JsonView value={health.last_error} />
            </Card>
          )}
        </Flex>
      )}
    </Loaded>
  )
}
