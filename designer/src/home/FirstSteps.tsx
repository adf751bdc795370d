import {
  ApiOutlined,
  AppstoreOutlined,
  CheckCircleFilled,
  PlayCircleOutlined,
} from "@ant-design/icons"
import { Button, Card, Flex, Typography } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useAct } from "@/api/act"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"

const STEPS = [
  { name: "connect", act: "connections.edit" },
  { name: "scene", act: "templates.install" },
  { name: "try", act: null },
] as const
type StepName = (typeof STEPS)[number]["name"]

/** Connect, choose a scene, try it: each also with sample data, until something is live. */
export function FirstSteps({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation()
  const may = useMay()
  const flows = useRead(
    "list_flows",
    { query: { limit: 1 } },
    { enabled: may("flows.read") && !isNew },
  )
  const live = useRead(
    "list_flows",
    { query: { limit: 1, status: "live" } },
    { enabled: may("flows.read") && !isNew },
  )
  const links = useRead("list_connections", {}, { enabled: may("connections.read") })
  if (!may("flows.edit")) return null
  if (!isNew && (live.data === undefined || live.data.items.length > 0)) return null
  const first = flows.data?.items[0]
  // Counted as shown: who may not connect platforms begins with the scene.
  const shown: StepName[] = STEPS.filter((step) => step.act === null || may(step.act)).map(
    (step) => step.name,
  )
  const numberOf = (name: StepName) => shown.indexOf(name) + 1
  return (
    <section className="first-steps" aria-label={t("home.firstSteps")}>
      <Typography.Title level={2}>{t("home.firstSteps")}</Typography.Title>
      <div className="cards">
        {shown.includes("connect") && (
          <Step
            number={numberOf("connect")}
            name="connect"
            icon={<ApiOutlined />}
            to="/connections/new"
            isDone={(links.data?.items.length ?? 0) > 0}
            sample={
              <Link to="/connections/new?type=csv_file&sample=1">
                {t("home.step.connect.sample")}
              </Link>
            }
          />
        )}
        {shown.includes("scene") && (
          <Step
            number={numberOf("scene")}
            name="scene"
            icon={<AppstoreOutlined />}
            to="/templates"
            isDone={first !== undefined}
            sample={<SampleScene />}
          />
        )}
        <Step
          number={numberOf("try")}
          name="try"
          icon={<PlayCircleOutlined />}
          to={first ? `/flows/${first.key}/edit` : "/templates"}
          isDone={false}
          sample={
            first ? (
              <Link to={`/flows/${first.key}/edit`}>{t("home.step.try.sample")}</Link>
            ) : (
              <Typography.Text type="secondary">{t("home.step.try.first")}</Typography.Text>
            )
          }
        />
      </div>
    </section>
  )
}

interface StepProps {
  number: number
  name: StepName
  icon: ReactNode
  to: string
  isDone: boolean
  sample: ReactNode
}

function Step({ number, name, icon, to, isDone, sample }: StepProps) {
  const { t } = useTranslation()
  return (
    <Card>
      <Flex gap={12}>
        <span className="card-icon">{icon}</span>
        <Flex vertical gap={6} align="flex-start">
          <Link to={to} className="card-name">
            {number}. {t(`home.step.${name}.title`)}{" "}
            {isDone && <CheckCircleFilled className="is-done" aria-label={t("home.stepDone")} />}
          </Link>
          <Typography.Text type="secondary">{t(`home.step.${name}.about`)}</Typography.Text>
          {sample}
        </Flex>
      </Flex>
    </Card>
  )
}

/** A scene that needs no platform, as a draft: what the third step tries. */
function SampleScene() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const scenes = useRead("list_templates", {})
  const sample = scenes.data?.items.find((scene) => !scene.connections.some((one) => one.required))
  const install = useAct("install_template", {
    said: t("home.sampleMade"),
    refresh: ["list_flows", "read_home", "list_installed_templates"],
    done: (made) => {
      const [flow] = made.flows
      if (flow) void navigate(`/flows/${flow}/edit`)
    },
  })
  if (!sample) return null
  return (
    <Button
      type="link"
      className="inline-link"
      loading={install.isPending}
      onClick={() =>
        install.mutate({
          path: { key: sample.key },
          body: { parameters: {}, connections: {}, publish: false },
        })
      }
    >
      {t("home.step.scene.sample", { name: sample.name })}
    </Button>
  )
}
