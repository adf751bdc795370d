import { DeleteOutlined, PlusOutlined, ReloadOutlined } from "@ant-design/icons"
import { Button, Flex, Popconfirm, Select, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useAct } from "@/api/act"
import { FlowSelect } from "@/api/FlowSelect"
import { useFlowNames, usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import { span } from "@/text/format"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"
import { Shadow } from "./Shadow"
import { isUnderWay, TONES, useWhich } from "./words"

/** Test runs of all flows, the newest first; a flow chosen also shows its shadow run. */
export function SimulationsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const may = useMay()
  const flowName = useFlowNames()
  const personName = usePeopleNames()
  const whichOf = useWhich()
  const [flow, setFlow] = useFilter("flow")
  const [kind, setKind] = useFilter("kind")
  const list = useList(
    "list_simulations",
    {
      query: {
        limit: 50,
        ...(flow && { flow }),
        ...(kind && { kind: kind as "asked" }),
      },
    },
    { every: 10_000 },
  )
  const remove = useAct("delete_simulation", {
    said: t("simulations.deleted"),
    refresh: ["list_simulations"],
  })
  return (
    <Page
      title={t("menu.simulations")}
      about={t("simulations.about")}
      actions={
        <>
          <Button
            icon={<ReloadOutlined />}
            loading={list.isRefetching}
            onClick={() => void list.refetch()}
          >
            {t("list.refresh")}
          </Button>
          {may("simulations.run") && (
            <Link to={`/simulations/new${flow ? `?flow=${flow}` : ""}`}>
              <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
                {t("starts.new")}
              </Button>
            </Link>
          )}
        </>
      }
    >
      <Flex gap={8} wrap className="filters">
        <FlowSelect value={flow} onChange={setFlow} />
        <Select
          aria-label={t("simulations.kind")}
          placeholder={t("simulations.allKinds")}
          allowClear
          value={kind || null}
          options={(["asked", "shadow"] as const).map((one) => ({
            value: one,
            label: t(`simulations.kinds.${one}`),
          }))}
          onChange={(next) => setKind(next ?? undefined)}
        />
      </Flex>
      {flow && <Shadow key={flow} flow={flow} />}
      <Rows
        query={list}
        rowKey="id"
        open={(row) => void navigate(`/simulations/${row.id}`)}
        empty={<Typography.Text type="secondary">{t("simulations.none")}</Typography.Text>}
        columns={[
          {
            title: t("word.status"),
            width: 120,
            render: (_, row) => (
              <StatusTag tone={TONES[row.status]}>
                {t(`simulations.status.${row.status}`)}
              </StatusTag>
            ),
          },
          {
            title: t("runs.flow"),
            render: (_, row) => <Link to={`/simulations/${row.id}`}>{flowName(row.flow_key)}</Link>,
          },
          { title: t("simulations.what"), render: (_, row) => whichOf(row.which, row.against) },
          {
            title: t("simulations.kind"),
            render: (_, row) => t(`simulations.kinds.${row.kind as "asked"}`),
          },
          {
            title: t("simulations.by"),
            render: (_, row) => (row.created_by ? personName(row.created_by) : t("word.system")),
          },
          { title: t("runs.startedAt"), render: (_, row) => <When at={row.created_at} /> },
          {
            title: t("runs.took"),
            className: "number",
            render: (_, row) =>
              row.ended_at ? span(Date.parse(row.ended_at) - Date.parse(row.created_at)) : "—",
          },
          {
            key: "actions",
            render: (_, row) =>
              may("simulations.run") &&
              !isUnderWay(row.status) && (
                <Popconfirm
                  title={t("simulations.deleteAsk")}
                  okText={t("word.delete")}
                  cancelText={t("word.cancel")}
                  onConfirm={() => remove.mutate({ path: { simulation_id: row.id } })}
                >
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={t("word.delete")}
                  />
                </Popconfirm>
              ),
          },
        ]}
      />
    </Page>
  )
}
