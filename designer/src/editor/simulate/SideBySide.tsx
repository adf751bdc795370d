import { Alert, Flex, Modal, Skeleton, Typography } from "antd"
import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { useRead } from "@/api/queries"
import type { Simulation } from "@/api/types"
import type { Catalog } from "@/flow/catalog"
import type { Flow } from "@/flow/types"
import { FlowPicture } from "../FlowPicture"
import { lightsOf, type Trace, type TraceStep, waysOf } from "../lights"
import { firstDifference } from "./firstDifference"
import type { Difference } from "./report"

interface Props {
  simulation: Simulation
  flowKey: string
  document?: Flow | undefined
  difference: Difference
  onClose: () => void
}

/** One event in both versions, drawn side by side; the first difference in the middle. */
export function SideBySide({ simulation, flowKey, document, difference, onClose }: Props) {
  const { t, i18n } = useTranslation()
  const locale = i18n.language === "en" ? "en" : "zh"
  const catalog = useRead("read_catalog", { query: { locale } })
  const path = (side: "new" | "old", run: string | undefined) => ({
    simulation_id: simulation.id,
    side,
    run_id: run ?? "",
  })
  const fresh = useRead("read_simulation_run", { path: path("new", difference.new?.run) })
  const old = useRead("read_simulation_run", { path: path("old", difference.old?.run) })
  const after = useRead(
    "read_version",
    { path: { key: flowKey, which: simulation.which } },
    { enabled: document === undefined },
  )
  const before = useRead("read_version", {
    path: { key: flowKey, which: simulation.against ?? "live" },
  })
  const traces = {
    new: fresh.data?.trace as Trace | undefined,
    old: old.data?.trace as Trace | undefined,
  }
  const first = useMemo(
    () => (traces.new && traces.old ? firstDifference(traces.old, traces.new) : null),
    [traces.new, traces.old],
  )
  const fault = catalog.error ?? fresh.error ?? old.error ?? after.error ?? before.error
  const newFlow = document ?? (after.data as unknown as Flow | undefined)
  const oldFlow = before.data as unknown as Flow | undefined
  const isThere = catalog.data && traces.new && traces.old && newFlow && oldFlow
  return (
    <Modal
      open
      width="94vw"
      footer={null}
      title={t("editor.compared.titleOf", {
        name: difference.event.subject || difference.event.id,
      })}
      onCancel={onClose}
    >
      {fault && <Alert type="error" showIcon title={fault.message} />}
      {!fault && !isThere && <Skeleton active />}
      {isThere && (
        <>
          {first && (
            <Alert
              type="info"
              title={t("editor.compared.first", {
                step: first.new?.name ?? first.old?.name ?? first.node,
                old: sayOutcome(first.old, t("editor.compared.notRun")),
                new: sayOutcome(first.new, t("editor.compared.notRun")),
              })}
            />
          )}
          <Flex gap={12} className="side-by-side">
            {(["old", "new"] as const).map((side) => {
              const flow = side === "new" ? newFlow : oldFlow
              return (
                <section key={side} aria-label={t(`editor.compared.${side}`)}>
                  <Typography.Text strong>{t(`editor.compared.${side}`)}</Typography.Text>
                  <div className="side">
                    <FlowPicture
                      flow={flow}
                      catalog={catalog.data as unknown as Catalog}
                      lights={lightsOf(traces[side])}
                      focus={first?.node}
                    />
                  </div>
                </section>
              )
            })}
          </Flex>
        </>
      )}
    </Modal>
  )
}

function sayOutcome(step: TraceStep | undefined, notRun: string): string {
  if (!step) return notRun
  return [step.status_label, ...waysOf(step)].join(" · ")
}
