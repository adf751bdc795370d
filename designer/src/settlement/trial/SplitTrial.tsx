import { useMutation } from "@tanstack/react-query"
import { Button, Card, Empty, Flex, InputNumber, Table } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { Refused } from "@/api/Fault"
import type { SplitPlan } from "@/api/types"
import { SplitEditor } from "../cards/SplitEditor"
import { inWords } from "../inWords"
import { Labelled } from "../Labelled"
import { Money } from "../Money"

/** Shares an amount out, to the cent. */
export function SplitTrial() {
  const { t } = useTranslation()
  const [amount, setAmount] = useState("100.00")
  const [plan, setPlan] = useState<SplitPlan>({
    shares: [
      { key: t("rates.split.first"), kind: "weight", value: "3" },
      { key: t("rates.split.second"), kind: "weight", value: "5" },
      { key: t("rates.split.third"), kind: "weight", value: "2" },
    ],
    remainder: "largest",
  })
  const split = useMutation({
    mutationFn: () => call("split_amount", { body: { amount, plan } }),
  })
  return (
    <Flex vertical gap={16}>
      <Card>
        <Flex vertical gap={12} align="flex-start">
          <Labelled label={t("rates.split.amount")}>
            {(id) => (
              <InputNumber<string>
                id={id}
                stringMode
                className="wide"
                value={amount}
                onChange={(value) => setAmount(value === null ? "0" : String(value))}
              />
            )}
          </Labelled>
          <div className="wide">
            <SplitEditor plan={plan} onChange={setPlan} />
          </div>
          <Button type="primary" loading={split.isPending} onClick={() => split.mutate()}>
            {t("rates.split.go")}
          </Button>
        </Flex>
      </Card>
      <Card title={t("rates.trial.result")}>
        <Refused fault={split.error} />
        {split.data ? (
          <Table
            size="small"
            rowKey="key"
            pagination={false}
            dataSource={split.data.parts}
            columns={[
              { title: t("rates.split.who"), dataIndex: "key" },
              {
                title: t("rates.split.gets"),
                className: "number",
                render: (_, part) => (
                  <Money value={part.amount} currency={split.data.currency} isStrong />
                ),
              },
              { title: t("rates.why.title"), render: (_, part) => inWords(part.sentence) },
            ]}
          />
        ) : (
          !split.error && (
            <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("rates.split.empty")} />
          )
        )}
      </Card>
    </Flex>
  )
}
