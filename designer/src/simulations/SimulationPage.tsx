import { App, Button, Flex, Progress, Tabs, Typography } from "antd"
import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate, useParams } from "react-router"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { useFlowNames } from "@/api/names"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Simulation } from "@/api/types"
import { named, type Report } from "@/editor/simulate/report"
import { blocksOf, type Catalog } from "@/flow/catalog"
import { useFilter } from "@/ui/address"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"
import { Totals } from "./Totals"
import { Bad } from "./tabs/Bad"
import { Heat } from "./tabs/Heat"
import { MoneyDifference } from "./tabs/MoneyDifference"
import { Sent } from "./tabs/Sent"
import { Times } from "./tabs/Times"
import { Untaken } from "./tabs/Untaken"
import { isUnderWay, TONES, useWhich } from "./words"
import "./simulations.css"

/** The report of one test run; while it runs, how far it is. */
export function SimulationPage() {
  const { id = "" } = useParams()
  const path = { simulation_id: id }
  const first = useRead("read_simulation", { path })
  const status = first.data?.status
  // One that is over never changes by itself.
  useRead("read_simulation", { path }, { every: status && isUnderWay(status) ? 1_000 : false })
  return <Loaded query={first}>{(found) => <Shown found={found} />}</Loaded>
}

function Shown({ found }: { found: Simulation }) {
  const { t } = useTranslation()
  const flowName = useFlowNames()
  const whichOf = useWhich()
  const report = useReport(found)
  return (
    <Page
      title={
        <Flex gap={12} align="center" wrap>
          {t("simulations.titleOf", { name: flowName(found.flow_key) })}
          <StatusTag tone={TONES[found.status]}>
            {t(`simulations.status.${found.status}`)}
          </StatusTag>
        </Flex>
      }
      about={
        <>
          <Link to="/simulations">{t("menu.simulations")}</Link> /{" "}
          {whichOf(found.which, found.against)} / <CopyText text={found.id} />
        </>
      }
      actions={<Actions found={found} />}
    >
      {isUnderWay(found.status) && (
        <div role="status">
          <Progress
            aria-label={t("simulations.progress")}
            percent={Math.round((100 * (found.done ?? 0)) / (found.total || 1))}
          />
          <Typography.Text type="secondary">{found.said}</Typography.Text>
        </div>
      )}
      {found.error && (
        <Typography.Paragraph type="danger">
          {String(found.error.message ?? "")}
        </Typography.Paragraph>
      )}
      {report && <Parts found={found} report={report} />}
    </Page>
  )
}

/** The report, once there is one, with its steps named as the canvas names them. */
function useReport(found: Simulation): Report | null {
  const { i18n } = useTranslation()
  const locale = i18n.language === "en" ? "en" : "zh"
  const catalog = useRead("read_catalog", { query: { locale } }).data
  return useMemo(() => {
    const report = found.report as unknown as Report | null
    return report && catalog ? named(report, blocksOf(catalog as unknown as Catalog)) : report
  }, [found.report, catalog])
}

function Parts({ found, report }: { found: Simulation; report: Report }) {
  const { t } = useTranslation()
  const [tab, setTab] = useFilter("tab")
  const never = report.coverage.never.lines.length
  const odd = [report.failures, report.incidents, report.unheard_notices ?? []]
  const bad = report.events.refused + odd.flat().length
  return (
    <>
      <Totals found={found} report={report} />
      <Tabs
        activeKey={tab || "heat"}
        onChange={setTab}
        items={[
          {
            key: "heat",
            label: t("simulations.tab.heat"),
            children: <Heat found={found} report={report} />,
          },
          {
            key: "untaken",
            label: t("simulations.tab.untaken", { count: never }),
            children: <Untaken found={found} report={report} />,
          },
          { key: "times", label: t("simulations.tab.times"), children: <Times report={report} /> },
          { key: "sent", label: t("simulations.tab.sent"), children: <Sent report={report} /> },
          {
            key: "money",
            label: t("simulations.tab.money"),
            children: <MoneyDifference found={found} report={report} />,
          },
          {
            key: "bad",
            label: t("simulations.tab.bad", { count: bad }),
            children: <Bad report={report} />,
          },
        ]}
      />
    </>
  )
}

function Actions({ found }: { found: Simulation }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const navigate = useNavigate()
  const may = useMay()
  const path = { simulation_id: found.id }
  const cancel = useAct("cancel_simulation", { refresh: ["read_simulation", "list_simulations"] })
  const remove = useAct("delete_simulation", {
    said: t("simulations.deleted"),
    refresh: ["list_simulations"],
    done: () => void navigate("/simulations"),
  })
  return (
    <>
      {may("flows.read") && (
        <Link to={`/flows/${found.flow_key}/edit`}>
          <Button tabIndex={-1}>{t("simulations.openFlow")}</Button>
        </Link>
      )}
      {may("simulations.run") && isUnderWay(found.status) && (
        <Button danger loading={cancel.isPending} onClick={() => cancel.mutate({ path })}>
          {t("simulations.cancel")}
        </Button>
      )}
      {may("simulations.run") && !isUnderWay(found.status) && (
        <Button
          danger
          onClick={() =>
            modal.confirm({
              title: t("simulations.deleteAsk"),
              okText: t("word.delete"),
              cancelText: t("word.cancel"),
              okButtonProps: { danger: true },
              onOk: () => remove.mutateAsync({ path }),
            })
          }
        >
          {t("word.delete")}
        </Button>
      )}
    </>
  )
}
