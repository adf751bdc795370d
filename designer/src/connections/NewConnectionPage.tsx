import { Button, Card, Flex, Form, Input, Steps, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useAct, useTell } from "@/api/act"
import { Refused } from "@/api/Fault"
import { Loaded } from "@/api/Loaded"
import { Problem } from "@/api/problem"
import { useRead } from "@/api/queries"
import type { Connector } from "@/api/types"
import { FormContextProvider } from "@/forms/context"
import { SchemaForm } from "@/forms/SchemaForm"
import type { FormSchema } from "@/forms/schema"
import { faultsOf } from "@/forms/validator"
import { languageNow } from "@/text/set-up"
import { useFilter } from "@/ui/address"
import { Icon } from "@/ui/Icon"
import { inLanguage, Markdown } from "@/ui/Markdown"
import { Page } from "@/ui/Page"
import { useMappingSurroundings } from "./mapping"
import { credentialsToSend, emptyValues, problemsUnder, usualFields } from "./values"

/** Two steps: which system, then its credentials and settings; saved and tried at once. */
export function NewConnectionPage() {
  const { t } = useTranslation()
  const [type, setType] = useFilter("type")
  const list = useRead("list_connectors", {})
  return (
    <Page
      title={t("connections.new")}
      about={<Link to="/connections">{t("menu.connections")}</Link>}
    >
      <Steps
        size="small"
        current={type ? 1 : 0}
        className="steps"
        items={[{ title: t("connections.choose") }, { title: t("connections.fillIn") }]}
      />
      <Loaded query={list}>
        {({ items }) => {
          const chosen = items.find((each) => each.type === type)
          return chosen ? (
            <NewForm key={chosen.type} connector={chosen} back={() => setType(undefined)} />
          ) : (
            <div className="cards">
              {items.map((each) => (
                <Card
                  key={each.type}
                  hoverable
                  role="button"
                  tabIndex={0}
                  onClick={() => setType(each.type)}
                  onKeyDown={(event) => event.key === "Enter" && setType(each.type)}
                >
                  <Flex gap={12}>
                    <span className="card-icon">
                      <Icon svg={each.icon} size={22} />
                    </span>
                    <Flex vertical gap={2}>
                      <Typography.Text strong>{each.label}</Typography.Text>
                      <Typography.Text type="secondary">{each.summary}</Typography.Text>
                    </Flex>
                  </Flex>
                </Card>
              ))}
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}

const KEY = /^[a-z0-9][a-z0-9_-]{0,62}$/

function NewForm({ connector, back }: { connector: Connector; back: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const tell = useTell()
  const [sample] = useFilter("sample")
  const surroundings = useMappingSurroundings(connector, undefined, sample !== "")
  const [form] = Form.useForm<{ name: string; key: string }>()
  const [values, setValues] = useState(() => emptyValues(connector))
  const [isTried, setTried] = useState(false)
  const create = useAct("create_connection", {
    quiet: true,
    refresh: ["list_connections", "list_incidents"],
  })
  const test = useAct("try_connection", { said: t("connections.testOk") })
  const credentials = connector.credentials as FormSchema
  const settings = connector.settings as FormSchema
  const found = {
    credentials: isTried ? faultsOf(credentials, values.credentials) : [],
    settings: isTried ? faultsOf(settings, values.settings) : [],
  }
  const items = create.error instanceof Problem ? create.error.items : []
  const shown = (part: "credentials" | "settings") => [
    ...found[part].map((each) => ({ ...each, message_zh: each.message })),
    ...problemsUnder(items, `/${part}`),
  ]
  const send = async (own: { name: string; key: string }) => {
    setTried(true)
    const faults = [
      ...faultsOf(credentials, values.credentials),
      ...faultsOf(settings, values.settings),
    ]
    if (faults.length > 0) return
    try {
      const made = await create.mutateAsync({
        body: {
          ...usualFields(connector),
          ...own,
          connector: connector.type,
          credentials: credentialsToSend(values.credentials, credentials),
          settings: values.settings,
        },
      })
      // The connection stands; whether the platform takes it is told, and shown on its page.
      await test.mutateAsync({ path: { key: made.key } }).catch(() => undefined)
      void navigate(`/connections/${made.key}`)
    } catch (fault) {
      if (!(fault instanceof Problem)) tell(fault)
    }
  }
  return (
    <div className="two-columns">
      <Card title={connector.label} extra={<Button onClick={back}>{t("word.back")}</Button>}>
        <Form
          form={form}
          id="connection"
          layout="vertical"
          requiredMark={false}
          onFinish={(own) => void send(own)}
          initialValues={{ name: connector.label, key: connector.type }}
        >
          <Form.Item
            name="name"
            label={t("word.name")}
            extra={t("connections.nameHelp")}
            rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
          >
            <Input maxLength={120} />
          </Form.Item>
          <Form.Item
            name="key"
            label={t("word.key")}
            extra={t("connections.keyHelp")}
            rules={[{ required: true, pattern: KEY, message: t("connections.keyWrong") }]}
          >
            <Input maxLength={63} />
          </Form.Item>
        </Form>
        {hasFields(credentials) && (
          <>
            <Typography.Title level={2}>{t("connections.credentials")}</Typography.Title>
            <Typography.Paragraph type="secondary">
              {t("connections.credentialsAbout")}
            </Typography.Paragraph>
            <SchemaForm
              isPart
              schema={connector.credentials}
              value={values.credentials}
              problems={shown("credentials")}
              onChange={(next) =>
                setValues((now) => ({ ...now, credentials: next as Record<string, unknown> }))
              }
            />
          </>
        )}
        {hasFields(settings) && (
          <>
            <Typography.Title level={2}>{t("connections.settings")}</Typography.Title>
            <FormContextProvider value={surroundings}>
              <SchemaForm
                isPart
                schema={connector.settings}
                value={values.settings}
                problems={shown("settings")}
                onChange={(next) =>
                  setValues((now) => ({ ...now, settings: next as Record<string, unknown> }))
                }
              />
            </FormContextProvider>
          </>
        )}
        <Refused fault={create.error} className="section-head" />
        <Flex className="answers">
          <Button
            type="primary"
            form="connection"
            htmlType="submit"
            loading={create.isPending || test.isPending}
          >
            {t("connections.saveAndTest")}
          </Button>
        </Flex>
      </Card>
      <Card title={t("connections.help")} className="help-card" tabIndex={0}>
        <Markdown skipTitle text={inLanguage(connector.help, languageNow() === "en")} />
      </Card>
    </div>
  )
}

export function hasFields(schema: FormSchema): boolean {
  return Object.keys(schema.properties ?? {}).length > 0
}
