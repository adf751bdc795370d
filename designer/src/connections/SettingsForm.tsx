import { Button, Card, Flex, Form, Input, InputNumber, Select } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Problem } from "@/api/problem"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Connection, ConnectionFields, Connector } from "@/api/types"
import { FormContextProvider } from "@/forms/context"
import { SchemaForm } from "@/forms/SchemaForm"
import type { FormSchema } from "@/forms/schema"
import { useMappingSurroundings } from "./mapping"
import { hasFields } from "./NewConnectionPage"
import { holdsSecrets, problemsUnder, settingsPart } from "./values"

type Own = Omit<ConnectionFields, "settings">

/** Everything but the credentials and, where there are any, the address they go to. */
export function SettingsForm({
  connection,
  connector,
}: {
  connection: Connection
  connector: Connector
}) {
  const { t } = useTranslation()
  const mayEdit = useMay()("connections.edit")
  const [settings, setSettings] = useState<unknown>(connection.settings)
  const others = useRead("list_connections", {})
  const update = useAct("update_connection", {
    said: t("word.saved"),
    refresh: ["read_one_connection", "list_connections"],
    quiet: (fault) =>
      fault instanceof Problem && problemsUnder(fault.items, "/settings").length > 0,
  })
  const surroundings = useMappingSurroundings(connector, connection.key)
  const schema = connector.settings as FormSchema
  const hasSecrets = holdsSecrets(connection.credentials, connector.credentials as FormSchema)
  const shown = hasSecrets ? settingsPart(schema, false) : schema
  const problems = update.error instanceof Problem ? update.error.items : []
  const backups = (others.data?.items ?? []).filter(
    (each) => each.connector === connection.connector && each.key !== connection.key,
  )
  return (
    <Card>
      <Form<Own>
        id="own"
        layout="vertical"
        disabled={!mayEdit}
        requiredMark={false}
        initialValues={connection}
        onFinish={(own) =>
          update.mutate({
            path: { key: connection.key },
            match: connection.revision,
            body: {
              ...own,
              rate: own.rate ?? null,
              backup: own.backup ?? null,
              settings: settings as Record<string, unknown>,
            },
          })
        }
      >
        <Form.Item
          name="name"
          label={t("word.name")}
          rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
        >
          <Input maxLength={120} />
        </Form.Item>
        <Form.Item name="sync_mode" label={t("connections.sync")}>
          <Select
            options={(["push", "pull", "both", "none"] as const)
              .filter((each) => fits(each, connector))
              .map((each) => ({ value: each, label: t(`connections.syncMode.${each}`) }))}
          />
        </Form.Item>
        <Form.Item
          name="on_bad_record"
          label={t("connections.onBad")}
          extra={t("connections.onBadHelp")}
        >
          <Select
            options={(["review", "park", "ignore"] as const).map((each) => ({
              value: each,
              label: t(`connections.onBadRecord.${each}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="rate" label={t("connections.rate")} extra={t("connections.rateHelp")}>
          <InputNumber min={1} max={100000} precision={0} className="wide" />
        </Form.Item>
        {backups.length > 0 && (
          <Form.Item
            name="backup"
            label={t("connections.backup")}
            extra={t("connections.backupHelp")}
          >
            <Select
              allowClear
              options={backups.map((each) => ({ value: each.key, label: each.name }))}
            />
          </Form.Item>
        )}
      </Form>
      {hasFields(shown) && (
        <FormContextProvider value={surroundings}>
          <SchemaForm
            isPart
            schema={shown}
            value={settings}
            onChange={setSettings}
            problems={problemsUnder(problems, "/settings")}
            isReadOnly={!mayEdit}
          />
        </FormContextProvider>
      )}
      {mayEdit && (
        <Flex className="answers">
          <Button type="primary" form="own" htmlType="submit" loading={update.isPending}>
            {t("word.save")}
          </Button>
        </Flex>
      )}
    </Card>
  )
}

function fits(mode: ConnectionFields["sync_mode"], connector: Connector): boolean {
  if (mode === "pull") return connector.pulls
  if (mode === "push") return connector.receives || !connector.pulls
  return mode === "none" || (connector.pulls && connector.receives)
}
