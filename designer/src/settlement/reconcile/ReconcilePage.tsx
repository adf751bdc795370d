import { PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { usePeopleNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import { count } from "@/text/format"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { Money } from "../Money"
import { NewBill } from "./NewBill"
import { usePlatformName } from "./platforms"
import { RESULTS } from "./results"

/** Platforms' bills held against what we expect. */
export function ReconcilePage() {
  const { t } = useTranslation()
  const may = useMay()
  const [isNew, setNew] = useFilter("new")
  if (isNew && may("settlement.edit")) return <NewBill back={() => setNew(undefined)} />
  return (
    <Page
      title={t("menu.reconcile")}
      about={t("settlement.reconcile.about")}
      actions={
        may("settlement.edit") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew("1")}>
            {t("settlement.reconcile.new")}
          </Button>
        )
      }
    >
      <Bills />
    </Page>
  )
}

function Bills() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const nameOf = usePeopleNames()
  const platformOf = usePlatformName()
  const list = useList("list_reconciliations", { query: { limit: 50 } })
  return (
    <Rows
      query={list}
      rowKey="id"
      open={(row) => void navigate(`/settlement/reconcile/${row.id}`)}
      empty={<Typography.Text type="secondary">{t("settlement.reconcile.none")}</Typography.Text>}
      columns={[
        {
          title: t("settlement.reconcile.bill"),
          render: (_, row) => (
            <Link to={`/settlement/reconcile/${row.id}`}>
              {platformOf(row.platform)} · {row.period}
            </Link>
          ),
        },
        ...RESULTS.map((result) => ({
          title: t(`settlement.reconcile.result.${result}`),
          className: "number",
          render: (_: unknown, row: { counts: Record<string, number> }) =>
            count(row.counts[result] ?? 0),
        })),
        {
          title: t("settlement.reconcile.difference"),
          className: "number",
          render: (_, row) => <Money value={row.difference} currency={row.currency} isToned />,
        },
        {
          title: t("settlement.reconcile.madeBy"),
          render: (_, row) => (
            <Flex vertical>
              <span>{nameOf(row.made_by)}</span>
              <Typography.Text type="secondary">
                <When at={row.made_at} />
              </Typography.Text>
            </Flex>
          ),
        },
      ]}
    />
  )
}
