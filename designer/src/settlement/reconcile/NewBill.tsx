import { Alert, Button, Card, Flex, Form, Input, Select, Table, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useNavigate } from "react-router"
import { useAct } from "@/api/act"
import { Fault } from "@/api/Fault"
import type { BillColumns, BillPreview } from "@/api/types"
import { count } from "@/text/format"
import { Page } from "@/ui/Page"
import { PeriodSelect } from "../entries/pickers"
import { Money } from "../Money"
import { FileDrop, uploadOf } from "../opening/FileDrop"
import { ProblemRows } from "../opening/ProblemRows"
import { ColumnMapping } from "./ColumnMapping"
import {
  type BillMapping,
  FEES,
  guessMapping,
  keepMapping,
  keptMapping,
  missingIn,
} from "./mapping"
import { PLATFORMS, usePlatformName } from "./platforms"

interface Options {
  platform: string
  period: string
  tolerance: string
}

/** A bill from its file to the comparison: whose it is, what its columns are, a look, then go. */
export function NewBill({ back }: { back: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const platformOf = usePlatformName()
  const [form] = Form.useForm<Options>()
  const [file, setFile] = useState<File>()
  const [columns, setColumns] = useState<BillColumns>()
  const [mapping, setMapping] = useState<BillMapping>()
  const [seen, setSeen] = useState<BillPreview>()
  const readColumns = useAct("look_at_bill", {
    quiet: true,
    done: (found) => {
      const platform = form.getFieldValue("platform") ?? ""
      setColumns(found)
      setMapping(keptMapping(platform, found.columns) ?? guessMapping(found.columns))
    },
  })
  const look = useAct("preview_bill", { quiet: true, done: setSeen })
  const compare = useAct("reconcile_bill", {
    quiet: true,
    refresh: ["list_reconciliations"],
    done: (made) => void navigate(`/settlement/reconcile/${made.id}`),
  })
  const choose = (chosen: File) => {
    setFile(chosen)
    setSeen(undefined)
    setColumns(undefined)
    readColumns.mutate({ body: uploadOf(chosen, {}) })
  }
  const change = (next: BillMapping) => {
    setMapping(next)
    setSeen(undefined)
  }
  const missing = mapping ? missingIn(mapping) : []
  const go = async () => {
    const { platform, period, tolerance } = await form.validateFields()
    if (!file || !mapping) return
    keepMapping(platform, mapping)
    compare.mutate({
      body: uploadOf(file, { platform, period, tolerance: tolerance || "0", mapping }),
    })
  }
  return (
    <Page
      title={t("settlement.reconcile.new")}
      about={t("settlement.reconcile.newAbout")}
      actions={<Button onClick={back}>{t("word.back")}</Button>}
    >
      <Flex vertical gap={16}>
        <Card title={t("settlement.reconcile.step.file")}>
          <Form<Options>
            form={form}
            layout="vertical"
            requiredMark={false}
            initialValues={{ platform: "douyin", tolerance: "0.01" }}
          >
            <div className="inline-fields">
              <Form.Item
                name="platform"
                label={t("settlement.reconcile.platform")}
                rules={[{ required: true, message: t("forms.required") }]}
              >
                <Select
                  options={PLATFORMS.map((one) => ({ value: one, label: platformOf(one) }))}
                />
              </Form.Item>
              <Form.Item
                name="period"
                label={t("settlement.period")}
                rules={[{ required: true, message: t("forms.required") }]}
              >
                <PeriodSelect label={t("settlement.period")} />
              </Form.Item>
              <Form.Item
                name="tolerance"
                label={t("settlement.reconcile.tolerance")}
                rules={[{ pattern: /^\d{1,6}(\.\d{1,2})?$/, message: t("settlement.amountWrong") }]}
              >
                <Input inputMode="decimal" suffix="CNY" maxLength={9} />
              </Form.Item>
            </div>
          </Form>
          <FileDrop file={file} choose={choose} isBusy={readColumns.isPending} />
          {readColumns.error && <Fault fault={readColumns.error} />}
        </Card>
        {columns && mapping && (
          <Card title={t("settlement.reconcile.step.map", { count: columns.rows })}>
            <ColumnMapping columns={columns.columns} mapping={mapping} change={change} />
            <Flex className="answers" gap={12} align="center" wrap>
              <Button
                disabled={missing.length > 0}
                loading={look.isPending}
                onClick={() => file && look.mutate({ body: uploadOf(file, { mapping }) })}
              >
                {t("settlement.reconcile.look")}
              </Button>
              {missing.length > 0 && (
                <Typography.Text type="secondary">
                  {t("settlement.reconcile.stillMissing", {
                    what: missing
                      .map((part) => t(`settlement.reconcile.part.${part as "order"}`))
                      .join(t("settlement.comma")),
                  })}
                </Typography.Text>
              )}
            </Flex>
            {look.error && <Fault fault={look.error} />}
          </Card>
        )}
        {seen && (
          <Card title={t("settlement.reconcile.step.look")}>
            <Seen seen={seen} />
            <Flex className="answers" vertical gap={12} align="flex-start">
              {compare.error && <Fault fault={compare.error} />}
              <Button
                type="primary"
                size="large"
                loading={compare.isPending}
                disabled={seen.figures.length === 0}
                onClick={() => void go().catch(() => undefined)}
              >
                {t("settlement.reconcile.go")}
              </Button>
            </Flex>
          </Card>
        )}
      </Flex>
    </Page>
  )
}

function Seen({ seen }: { seen: BillPreview }) {
  const { t } = useTranslation()
  const feeName = (fee: string) => {
    const known = FEES.find((one) => one === fee)
    return known ? t(`settlement.fee.${known}`) : fee
  }
  return (
    <Flex vertical gap={16}>
      {seen.problems.length > 0 && (
        <>
          <Alert
            type="warning"
            showIcon
            title={t("settlement.reconcile.unread", {
              count: seen.problems.length,
              all: count(seen.lines),
            })}
          />
          <ProblemRows problems={seen.problems} />
        </>
      )}
      <Table
        size="small"
        rowKey="fee"
        pagination={false}
        title={() => t("settlement.reconcile.sums")}
        dataSource={Object.entries(seen.sums).map(([fee, sum]) => ({ fee, sum }))}
        columns={[
          { title: t("settlement.reconcile.fee"), render: (_, row) => feeName(row.fee) },
          {
            title: t("settlement.amount"),
            className: "number",
            render: (_, row) => <Money value={row.sum} isToned />,
          },
        ]}
      />
      <Table
        size="small"
        rowKey={(row) => `${row.order} ${row.fee} ${row.ref} ${row.day} ${row.amount}`}
        pagination={{ pageSize: 5, size: "small" }}
        title={() => t("settlement.reconcile.firstLines")}
        dataSource={seen.figures}
        columns={[
          { title: t("settlement.order"), dataIndex: "order" },
          { title: t("settlement.reconcile.fee"), render: (_, row) => feeName(row.fee) },
          {
            title: t("settlement.amount"),
            className: "number",
            render: (_, row) => <Money value={row.amount} isToned />,
          },
          { title: t("settlement.reconcile.part.day"), dataIndex: "day" },
        ]}
      />
    </Flex>
  )
}
