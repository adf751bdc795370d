import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { Alert, App, Button, Collapse, Empty, Form, Select, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate, useParams } from "react-router"
import { useAct } from "@/api/act"
import { call } from "@/api/client"
import { Details, Fault, sentenceOf } from "@/api/Fault"
import { Loaded } from "@/api/Loaded"
import { isNewer } from "@/api/newer"
import { Problem } from "@/api/problem"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { InstalledScene, SceneDetail } from "@/api/types"
import { SchemaForm } from "@/forms/SchemaForm"
import { Page } from "@/ui/Page"
import {
  type Choices,
  choose,
  chooseOffers,
  openConflicts,
  revisionsOf,
  type Side,
  stillMeant,
} from "./choices"
import { FlowCard } from "./FlowCard"
import "./scenes.css"

/** The upgrade of an installed scene: decided item by item, applied to drafts. */
export function UpgradePage() {
  const { key = "" } = useParams()
  const { t } = useTranslation()
  const installed = useRead("list_installed_templates", {})
  const scene = useRead("read_template", { path: { key } })
  const held = installed.data?.items.filter((one) => one.scene === key).at(-1)
  return (
    <Loaded query={installed}>
      {() => (
        <Loaded query={scene}>
          {(found) =>
            held ? (
              <Upgrade key={`${held.id} ${held.version}`} scene={found} held={held} />
            ) : (
              <Page title={found.name}>
                <Empty description={t("upgrade.none")}>
                  <Link to={`/templates/${key}`}>{t("upgrade.toGallery")}</Link>
                </Empty>
              </Page>
            )
          }
        </Loaded>
      )}
    </Loaded>
  )
}

interface Values {
  parameters: Record<string, unknown>
  connections: Record<string, string>
}

function Upgrade({ scene, held }: { scene: SceneDetail; held: InstalledScene }) {
  const { t } = useTranslation()
  const may = useMay()
  const isReadOnly = !may("templates.install")
  const [choices, setChoices] = useState<Choices>({})
  // Values given over those of the installation; none until somebody changes them.
  const [values, setValues] = useState<Values>({ parameters: {}, connections: {} })
  const body = { ...values, choices }
  const path = { key: scene.key }
  const preview = useQuery({
    queryKey: ["preview_template_upgrade", scene.key, held.version, body],
    queryFn: ({ signal }) => call("preview_template_upgrade", { path, body, signal }),
    placeholderData: keepPreviousData,
    enabled: isNewer(held),
    retry: false,
  })
  const flows = preview.data?.flows ?? []
  const open = openConflicts(choices, flows)
  const apply = useApply()
  const head = (
    <>
      <Link to="/templates/installed">{t("upgrade.installed")}</Link>
      {" / "}
      {t("upgrade.about")}
    </>
  )
  if (!isNewer(held))
    return (
      <Page title={scene.name} about={head}>
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("upgrade.nothing")} />
      </Page>
    )
  return (
    <Page
      title={t("upgrade.title", { name: scene.name, from: held.version, to: scene.version })}
      about={head}
      actions={
        !isReadOnly && (
          <>
            {open > 0 && (
              <Typography.Text type="warning" role="status">
                {t("upgrade.conflictsLeft", { count: open })}
              </Typography.Text>
            )}
            <Button
              type="primary"
              loading={apply.isPending}
              disabled={open > 0 || !preview.data || preview.isPlaceholderData}
              onClick={() =>
                apply.mutate(
                  {
                    path,
                    body: {
                      ...values,
                      choices: stillMeant(choices, flows),
                      revisions: revisionsOf(flows),
                    },
                  },
                  // Somebody may have changed a draft: it is merged anew and looked at again.
                  { onError: () => void preview.refetch() },
                )
              }
            >
              {t("upgrade.apply")}
            </Button>
          </>
        )
      }
    >
      {isReadOnly && <Alert type="info" showIcon title={t("upgrade.readOnly")} />}
      <Refused fault={apply.error} />
      <Given scene={scene} held={held} setValues={setValues} fault={preview.error} />
      {preview.error && <Fault fault={preview.error} retry={() => void preview.refetch()} />}
      {preview.isPending && <Loaded query={preview}>{() => null}</Loaded>}
      {flows.map((flow) => (
        <FlowCard
          key={flow.key}
          flow={flow}
          chosen={choices[flow.key] ?? {}}
          choose={(at: string, side: Side) => setChoices(choose(choices, flow.key, at, side))}
          chooseAll={(side) => setChoices(chooseOffers(choices, flow, side))}
          isReadOnly={isReadOnly}
        />
      ))}
    </Page>
  )
}

function useApply() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { message } = App.useApp()
  return useAct("upgrade_template", {
    quiet: (fault) => fault instanceof Problem && fault.status === 409,
    refresh: ["list_installed_templates", "list_flows"],
    done: (found) => {
      void message.success(t("upgrade.applied", { version: found.version_to }))
      const first = found.flows.find((one) => one.did !== "gone")
      void navigate(first ? `/flows/${first.key}/edit` : "/templates/installed")
    },
  })
}

/** A draft that was changed meanwhile is merged anew; anything else is said as it is. */
function Refused({ fault }: { fault: Error | null }) {
  const { t } = useTranslation()
  if (!(fault instanceof Problem) || fault.status !== 409) return null
  const isStale = fault.items.some((one) => one.code === "stale")
  return (
    <Alert
      type="warning"
      showIcon
      className="section-head"
      title={isStale ? t("upgrade.stale") : sentenceOf(fault)}
      description={isStale ? null : <Details fault={fault} />}
    />
  )
}

interface GivenProps {
  scene: SceneDetail
  held: InstalledScene
  setValues: (values: Values) => void
  fault: Error | null
}

/** Parameters and connections of the new version; those of the installation to begin with. */
function Given({ scene, held, setValues, fault }: GivenProps) {
  const { t } = useTranslation()
  const may = useMay()
  const [parameters, setParameters] = useState<unknown>(held.params)
  const [connections, setConnections] = useState(held.connections)
  const list = useRead("list_connections", {}, { enabled: may("connections.read") })
  const items = fault instanceof Problem ? fault.items : []
  const isWrong = items.some((one) => /^\/(parameters|connections)/.test(one.path))
  const hasNone = Object.keys(scene.parameters.properties ?? {}).length === 0
  if (hasNone && scene.connections.length === 0) return null
  return (
    <Collapse
      className="section-head"
      {...(isWrong ? { activeKey: "values" } : {})}
      items={[
        {
          key: "values",
          label: t("upgrade.values"),
          children: (
            <>
              <Typography.Paragraph type="secondary">
                {t("upgrade.valuesHelp")}
              </Typography.Paragraph>
              <SchemaForm
                isPart
                schema={scene.parameters}
                value={parameters}
                onChange={setParameters}
                problems={items
                  .filter((one) => one.path.startsWith("/parameters/"))
                  .map((one) => ({ ...one, path: one.path.slice("/parameters".length) }))}
              />
              <Form layout="vertical" component="div">
                {scene.connections.map((one) => (
                  <Form.Item
                    key={one.key}
                    label={one.why}
                    htmlFor={`upgrade-${one.key}`}
                    required={one.required}
                  >
                    <Select
                      id={`upgrade-${one.key}`}
                      allowClear
                      placeholder={t("forms.chooseConnection")}
                      value={connections[one.key] ?? null}
                      options={(list.data?.items ?? [])
                        .filter((each) => one.types.includes(each.connector))
                        .map((each) => ({ value: each.key, label: each.name }))}
                      onChange={(next?: string) => {
                        const { [one.key]: _, ...rest } = connections
                        setConnections(next ? { ...rest, [one.key]: next } : rest)
                      }}
                    />
                  </Form.Item>
                ))}
              </Form>
              <Button
                onClick={() =>
                  setValues({ parameters: parameters as Values["parameters"], connections })
                }
              >
                {t("upgrade.recount")}
              </Button>
            </>
          ),
        },
      ]}
    />
  )
}
