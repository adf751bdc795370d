import { App, Button, Card, Checkbox, Flex, Form, Select, Typography } from "antd"
import { lazy, Suspense, useEffect, useRef, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate, useParams } from "react-router"
import { useAct } from "@/api/act"
import { messageOf, Refused } from "@/api/Fault"
import { Loaded } from "@/api/Loaded"
import { Problem } from "@/api/problem"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { NeededShown, Preview, SceneDetail } from "@/api/types"
import { SchemaForm } from "@/forms/SchemaForm"
import { defaultsOf, type FormSchema } from "@/forms/schema"
import { faultsOf } from "@/forms/validator"
import { languageNow } from "@/text/set-up"
import { inLanguage, Markdown } from "@/ui/Markdown"
import { Page } from "@/ui/Page"

const FlowView = lazy(async () => ({ default: (await import("@/editor/FlowView")).FlowView }))

export function ScenePage() {
  const { key = "" } = useParams()
  const query = useRead("read_template", { path: { key } })
  return <Loaded query={query}>{(scene) => <Scene key={scene.key} scene={scene} />}</Loaded>
}

function Scene({ scene }: { scene: SceneDetail }) {
  const { t } = useTranslation()
  const may = useMay()
  const schema = scene.parameters as FormSchema
  const [parameters, setParameters] = useState<unknown>(() => defaultsOf(schema) ?? {})
  const [picked, setPicked] = useState<Record<string, string | null>>({})
  const connections = useChosen(scene.connections, picked)
  const [isTried, setTried] = useState(false)
  const preview = useAct("preview_template", { quiet: true })
  const install = useInstall()
  const faults = isTried ? faultsOf(schema, parameters) : []
  const fault = install.error ?? preview.error
  const said = fault instanceof Problem ? fault.items : []
  const given = {
    path: { key: scene.key },
    body: { parameters: parameters as Record<string, unknown>, connections },
  }
  const isReady = () => {
    setTried(true)
    const missing = scene.connections.filter((each) => each.required && !connections[each.key])
    return missing.length === 0 && faultsOf(schema, parameters).length === 0
  }
  return (
    <Page
      title={scene.name}
      about={
        <>
          <Link to="/templates">{t("menu.templates")}</Link> / {scene.industry}
        </>
      }
    >
      <div className="two-columns">
        <div>
          <Card title={t("templates.parameters")}>
            {Object.keys(schema.properties ?? {}).length === 0 && (
              <Typography.Text type="secondary">{t("templates.noParameters")}</Typography.Text>
            )}
            <SchemaForm
              isPart
              schema={scene.parameters}
              value={parameters}
              onChange={setParameters}
              problems={[
                ...faults.map((each) => ({ ...each, message_zh: each.message })),
                ...said
                  .filter((each) => each.path.startsWith("/parameters/"))
                  .map((each) => ({ ...each, path: each.path.slice("/parameters".length) })),
              ]}
            />
            <Connections
              needed={scene.connections}
              chosen={connections}
              choose={setPicked}
              isTried={isTried}
            />
            <Refused fault={fault} className="section-head" />
            <Flex gap={12} wrap align="center" className="answers">
              <Button
                loading={preview.isPending}
                onClick={() => isReady() && preview.mutate(given)}
              >
                {t("templates.preview")}
              </Button>
              {may("templates.install") && (
                <InstallButton
                  isBusy={install.isPending}
                  go={(publish) =>
                    isReady() && install.mutate({ ...given, body: { ...given.body, publish } })
                  }
                />
              )}
            </Flex>
          </Card>
          {preview.data && <Previewed preview={preview.data} />}
        </div>
        <Card className="help-card" tabIndex={0}>
          <Typography.Paragraph>{scene.summary}</Typography.Paragraph>
          <Markdown skipTitle text={inLanguage(scene.help, languageNow() === "en")} />
        </Card>
      </div>
    </Page>
  )
}

/** What the person picked; until then, the only connection that fits what is needed. */
function useChosen(
  needed: NeededShown[],
  picked: Record<string, string | null>,
): Record<string, string> {
  const may = useMay()
  const list = useRead("list_connections", {}, { enabled: may("connections.read") })
  const chosen: Record<string, string> = {}
  for (const each of needed) {
    const fits = (list.data?.items ?? []).filter((one) => each.types.includes(one.connector))
    const only = each.required && fits.length === 1 ? fits[0]?.key : undefined
    const own = picked[each.key]
    const key = own === undefined ? only : own
    if (key) chosen[each.key] = key
  }
  return chosen
}

function useInstall() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { message } = App.useApp()
  return useAct("install_template", {
    quiet: true,
    refresh: ["list_flows", "list_installed_templates"],
    done: (made, given) => {
      const [first] = made.flows
      void message.success(
        given.body.publish
          ? t("templates.published", { count: made.flows.length })
          : t("templates.madeDrafts", { count: made.flows.length }),
      )
      void navigate(given.body.publish || !first ? "/flows" : `/flows/${first}/edit`)
    },
  })
}

/** Drafts to look at first, or live at once: the button says which. */
function InstallButton({ isBusy, go }: { isBusy: boolean; go: (publish: boolean) => void }) {
  const { t } = useTranslation()
  const may = useMay()
  const [publishes, setPublishes] = useState(false)
  return (
    <>
      <Button type="primary" loading={isBusy} onClick={() => go(publishes)}>
        {publishes ? t("templates.installLive") : t("templates.installDraft")}
      </Button>
      {may("flows.publish") && (
        <Checkbox checked={publishes} onChange={(event) => setPublishes(event.target.checked)}>
          {t("templates.liveAtOnce")}
        </Checkbox>
      )}
    </>
  )
}

interface ConnectionsProps {
  needed: NeededShown[]
  chosen: Record<string, string>
  choose: (picked: Record<string, string | null>) => void
  isTried: boolean
}

/** Which of the company's connections the scene's steps use. */
function Connections({ needed, chosen, choose, isTried }: ConnectionsProps) {
  const { t } = useTranslation()
  const may = useMay()
  const list = useRead("list_connections", {}, { enabled: may("connections.read") })
  if (needed.length === 0) return null
  return (
    <Form layout="vertical" component="div" className="section-head">
      <Typography.Title level={2}>{t("menu.connections")}</Typography.Title>
      {needed.map((each) => {
        const fits = (list.data?.items ?? []).filter((one) => each.types.includes(one.connector))
        const isMissing = isTried && each.required && !chosen[each.key]
        return (
          <Form.Item
            key={each.key}
            label={each.why}
            htmlFor={`connection-${each.key}`}
            required={each.required}
            validateStatus={isMissing ? "error" : ""}
            help={isMissing ? t("forms.required") : undefined}
          >
            <Select
              id={`connection-${each.key}`}
              allowClear
              placeholder={t("forms.chooseConnection")}
              value={chosen[each.key] ?? null}
              options={fits.map((one) => ({ value: one.key, label: one.name }))}
              notFoundContent={
                <>
                  {t("templates.noConnection")}{" "}
                  {may("connections.edit") && (
                    <Link to={`/connections/new?type=${each.types[0]}`}>
                      {t("templates.makeConnection")}
                    </Link>
                  )}
                </>
              }
              onChange={(next: string | undefined) =>
                choose({ ...chosen, [each.key]: next ?? null })
              }
            />
          </Form.Item>
        )
      })}
    </Form>
  )
}

/** The flows as they would be made, drawn, and what publishing would say to them. */
function Previewed({ preview }: { preview: Preview }) {
  const { t } = useTranslation()
  // It stands below the form: whoever asked for it sees it.
  const shown = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: for each preview anew
  useEffect(() => {
    shown.current?.scrollIntoView({ behavior: "smooth" })
  }, [preview])
  return (
    <div ref={shown}>
      {preview.flows.map(({ document, problems }) => (
        <Card
          key={String(document.key)}
          className="section-head"
          title={nameOf(document.name) || String(document.key)}
        >
          <Suspense fallback={null}>
            <div className="canvas-box">
              <FlowView flow={document} />
            </div>
          </Suspense>
          {problems.length === 0 ? (
            <Typography.Text type="success">{t("templates.noProblems")}</Typography.Text>
          ) : (
            <ul className="problem-items">
              {problems.map((each) => (
                <li key={`${each.path} ${each.code}`}>{messageOf(each)}</li>
              ))}
            </ul>
          )}
        </Card>
      ))}
    </div>
  )
}

function nameOf(name: unknown): string {
  if (typeof name === "string") return name
  const words = name as { zh?: string; en?: string } | undefined
  return (languageNow() === "en" ? words?.en : words?.zh) ?? ""
}
