import { DownloadOutlined } from "@ant-design/icons"
import { Alert, App, Button, Card, Flex, Form, Input, Select, Steps, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { useAct } from "@/api/act"
import { Fault } from "@/api/Fault"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { OpeningPreview } from "@/api/types"
import { Page } from "@/ui/Page"
import { save } from "@/ui/save"
import { FileDrop, uploadOf } from "./FileDrop"
import { Preview } from "./Preview"
import "../desk.css"

const CONTROLS = ["total", "total_count", "posted", "hold", "statement"] as const
const AMOUNT = /^-?\d{1,13}(\.\d{1,4})?$/
// As the server reads it; the words of the columns are Chinese in both languages of the screen.
const TEMPLATE = [
  "类型,合作方,结算项,累计周期,金额,数量,已付,到期日,结算周期",
  "累计,林晚秋,commission,2026-11,620000.00,1250,18600.00,,",
  "预留金,林晚秋,,,5000.00,,,2026-12-31,",
  "对账单,林晚秋,,,1200.00,,,,2026-10",
]

interface Values {
  card: string
  control?: Record<string, string>
}

/** Where the old system stopped: choose a file, look at what it would do, then import it. */
export function OpeningPage() {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const [form] = Form.useForm<Values>()
  const [file, setFile] = useState<File>()
  const [found, setFound] = useState<OpeningPreview>()
  const cards = useRead("list_rate_cards", { query: { limit: 200 } })
  const look = useAct("preview_opening", { quiet: true, done: setFound })
  const apply = useAct("apply_opening", {
    said: t("settlement.opening.done"),
    quiet: true,
    refresh: [
      "list_settlement_accounts",
      "list_settlement_entries",
      "list_statements",
      "list_settlement_periods",
    ],
    done: setFound,
  })
  if (!may("settlement.edit"))
    return (
      <Page title={t("menu.opening")} about={t("settlement.opening.about")}>
        <Alert type="info" showIcon title={t("settlement.opening.notYours")} />
      </Page>
    )
  const published = (cards.data?.items ?? []).filter((card) => card.live_version !== null)
  const optionsOf = ({ card, control = {} }: Values) => ({
    card,
    control: Object.fromEntries(Object.entries(control).filter(([, sum]) => sum?.trim())),
  })
  const step = found?.is_applied ? 3 : found ? 1 : 0
  const forget = () => {
    setFound(undefined)
    look.reset()
    apply.reset()
  }
  return (
    <Page
      title={t("menu.opening")}
      about={t("settlement.opening.about")}
      actions={
        <Button
          icon={<DownloadOutlined />}
          onClick={() => save("opening.csv", `\ufeff${TEMPLATE.join("\r\n")}\r\n`, "text/csv")}
        >
          {t("settlement.opening.template")}
        </Button>
      }
    >
      <Steps
        size="small"
        className="facts"
        current={step}
        items={[
          { title: t("settlement.opening.step.file") },
          { title: t("settlement.opening.step.look") },
          { title: t("settlement.opening.step.import") },
        ]}
      />
      <div className="two-columns">
        <Card title={t("settlement.opening.step.file")}>
          <Form<Values>
            form={form}
            layout="vertical"
            requiredMark={false}
            onValuesChange={forget}
            onFinish={(values) => {
              if (file) look.mutate({ body: uploadOf(file, optionsOf(values)) })
            }}
          >
            <Form.Item
              name="card"
              label={t("settlement.card")}
              extra={t("settlement.opening.cardHelp")}
              rules={[{ required: true, message: t("forms.required") }]}
            >
              <Select
                showSearch={{ optionFilterProp: "label" }}
                options={published.map((card) => ({ value: card.key, label: card.name }))}
                notFoundContent={t("settlement.opening.noCards")}
              />
            </Form.Item>
            <FileDrop
              file={file}
              choose={(chosen) => {
                setFile(chosen)
                forget()
              }}
            />
            <Typography.Title level={2}>{t("settlement.opening.control")}</Typography.Title>
            <Typography.Paragraph type="secondary">
              {t("settlement.opening.controlAbout")}
            </Typography.Paragraph>
            <div className="inline-fields">
              {CONTROLS.map((name) => (
                <Form.Item
                  key={name}
                  name={["control", name]}
                  label={t(`settlement.opening.sums.${name}`)}
                  rules={[{ pattern: AMOUNT, message: t("settlement.amountWrong") }]}
                >
                  <Input inputMode="decimal" maxLength={19} />
                </Form.Item>
              ))}
            </div>
            <Button
              type={found?.is_sound ? "default" : "primary"}
              htmlType="submit"
              disabled={!file}
              loading={look.isPending}
            >
              {t("settlement.opening.look")}
            </Button>
          </Form>
        </Card>
        <Card title={t("settlement.opening.format")} className="help-card" tabIndex={0}>
          <Format />
        </Card>
      </div>
      <Flex vertical gap={16} className="facts below">
        {look.error && <Fault fault={look.error} />}
        {apply.error && <Fault fault={apply.error} />}
        {found && (
          <Flex vertical gap={16}>
            {found.is_applied && (
              <Alert
                type="success"
                showIcon
                title={t("settlement.opening.done")}
                description={
                  <Link to="/settlement/entries?view=accounts">
                    {t("settlement.opening.seeAccounts")}
                  </Link>
                }
              />
            )}
            <Preview
              found={found}
              card={form.getFieldValue("card")}
              control={optionsOf(form.getFieldsValue()).control}
              isRefused={apply.isError}
            />
            {!found.is_applied && (
              <Button
                type="primary"
                style={{ alignSelf: "flex-start" }}
                disabled={!found.is_sound || !file}
                loading={apply.isPending}
                onClick={() =>
                  void modal.confirm({
                    title: t("settlement.opening.askTitle"),
                    content: t("settlement.opening.askAbout"),
                    okText: t("settlement.opening.go", { count: rowsIn(found) }),
                    cancelText: t("word.cancel"),
                    onOk: () =>
                      file &&
                      apply
                        .mutateAsync({ body: uploadOf(file, optionsOf(form.getFieldsValue())) })
                        .catch(() => undefined),
                  })
                }
              >
                {t("settlement.opening.go", { count: rowsIn(found) })}
              </Button>
            )}
          </Flex>
        )}
      </Flex>
    </Page>
  )
}

function rowsIn(found: OpeningPreview): number {
  return found.totals.length + found.holds.length + found.balances.length
}

const KINDS = ["total", "hold", "statement"] as const

function Format() {
  const { t } = useTranslation()
  return (
    <Flex vertical gap={12}>
      <Typography.Text>{t("settlement.opening.formatAbout")}</Typography.Text>
      {KINDS.map((kind) => (
        <div key={kind}>
          <Typography.Text strong>{t(`settlement.opening.kind.${kind}.name`)}</Typography.Text>
          <br />
          <Typography.Text type="secondary">
            {t(`settlement.opening.kind.${kind}.about`)}
          </Typography.Text>
        </div>
      ))}
    </Flex>
  )
}
