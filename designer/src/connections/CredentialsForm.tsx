import { Button, Card, Flex, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Problem } from "@/api/problem"
import type { Connection, Connector } from "@/api/types"
import { SchemaForm } from "@/forms/SchemaForm"
import type { FormSchema } from "@/forms/schema"
import { hasFields } from "./NewConnectionPage"
import { credentialsToSend, problemsUnder, settingsPart } from "./values"

/** Stored secrets are never shown; what is not replaced stays, unless the address changes. */
export function CredentialsForm({
  connection,
  connector,
}: {
  connection: Connection
  connector: Connector
}) {
  const { t } = useTranslation()
  const [values, setValues] = useState<unknown>(connection.credentials)
  const [settings, setSettings] = useState<unknown>(connection.settings)
  const update = useAct("update_credentials", {
    said: t("word.saved"),
    refresh: ["read_one_connection", "read_health"],
    quiet: (fault) =>
      fault instanceof Problem &&
      ["/credentials", "/settings"].some((root) => problemsUnder(fault.items, root).length > 0),
  })
  const problems = update.error instanceof Problem ? update.error.items : []
  const schema = connector.credentials as FormSchema
  const place = settingsPart(connector.settings as FormSchema, true)
  if (!hasFields(schema))
    return <Typography.Text type="secondary">{t("connections.noCredentials")}</Typography.Text>
  return (
    <Card>
      <Typography.Paragraph type="secondary">
        {t("connections.credentialsAbout")}
      </Typography.Paragraph>
      <SchemaForm
        isPart
        schema={connector.credentials}
        value={values}
        onChange={setValues}
        problems={problemsUnder(problems, "/credentials")}
      />
      {hasFields(place) && (
        <>
          <Typography.Paragraph type="secondary">
            {t("connections.whereSecretsGo")}
          </Typography.Paragraph>
          <SchemaForm
            isPart
            schema={place}
            value={settings}
            onChange={setSettings}
            problems={problemsUnder(problems, "/settings")}
          />
        </>
      )}
      <Flex className="answers">
        <Button
          type="primary"
          loading={update.isPending}
          onClick={() =>
            update.mutate({
              path: { key: connection.key },
              match: connection.revision,
              body: {
                credentials: credentialsToSend(values as Record<string, unknown>, schema),
                ...(hasFields(place) && { settings: settings as Record<string, unknown> }),
              },
            })
          }
        >
          {t("connections.saveCredentials")}
        </Button>
      </Flex>
    </Card>
  )
}
