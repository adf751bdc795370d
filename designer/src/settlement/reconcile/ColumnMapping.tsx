import { Alert, Flex, Radio, Select, Table, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { BillColumn } from "@/api/types"
import { type BillMapping, FEES, guessFees, PARTS, wordsOf } from "./mapping"

interface Props {
  columns: readonly BillColumn[]
  mapping: BillMapping
  change: (next: BillMapping) => void
}

/** Which column says what, with real rows of the bill beside it; what the platform's words mean. */
export function ColumnMapping({ columns, mapping, change }: Props) {
  const { t } = useTranslation()
  const options = columns.map((column) => ({ value: column.name, label: column.name }))
  const exampleOf = (name: string) =>
    columns
      .find((column) => column.name === name)
      ?.examples.filter(Boolean)
      .slice(0, 3) ?? []
  const parts = [...PARTS, "ref" as const]
  const words = [...new Set([...wordsOf(columns, mapping.fee), ...Object.keys(mapping.fees)])]
  const choose = (part: (typeof parts)[number], name: string | undefined) =>
    change({
      ...mapping,
      [part]: name ?? "",
      ...(part === "fee" ? { fees: guessFees(wordsOf(columns, name ?? "")) } : {}),
    })
  return (
    <Flex vertical gap={16}>
      <Table
        size="small"
        pagination={false}
        rowKey="part"
        dataSource={parts.map((part) => ({ part }))}
        columns={[
          {
            title: t("settlement.reconcile.weNeed"),
            render: (_, { part }) => (
              <Flex vertical>
                <span>{t(`settlement.reconcile.part.${part}`)}</span>
                {part === "ref" && (
                  <Typography.Text type="secondary">{t("word.optional")}</Typography.Text>
                )}
              </Flex>
            ),
          },
          {
            title: t("settlement.reconcile.inBill"),
            render: (_, { part }) => (
              <Select
                allowClear
                showSearch
                style={{ width: 220 }}
                aria-label={t("settlement.reconcile.columnOf", {
                  part: t(`settlement.reconcile.part.${part}`),
                })}
                {...(part !== "ref" && !mapping[part] ? { status: "error" as const } : {})}
                value={mapping[part] || undefined}
                options={options}
                onChange={(name) => choose(part, name)}
              />
            ),
          },
          {
            title: t("settlement.reconcile.example"),
            render: (_, { part }) => (
              <Typography.Text type="secondary">
                {exampleOf(mapping[part]).join(" ┊ ") || "—"}
              </Typography.Text>
            ),
          },
        ]}
      />
      {mapping.fee && words.length === 0 && (
        <Alert type="warning" showIcon title={t("settlement.reconcile.manyWords")} />
      )}
      {words.length > 0 && (
        <Table
          size="small"
          pagination={false}
          rowKey="word"
          title={() => t("settlement.reconcile.words")}
          dataSource={words.map((word) => ({ word }))}
          columns={[
            { title: t("settlement.reconcile.theirWord"), dataIndex: "word" },
            {
              title: t("settlement.reconcile.ourFee"),
              render: (_, { word }) => (
                <Select
                  allowClear
                  style={{ width: 220 }}
                  aria-label={t("settlement.reconcile.feeOf", { word })}
                  placeholder={t("settlement.reconcile.leftOut")}
                  value={mapping.fees[word]}
                  options={FEES.map((fee) => ({ value: fee, label: t(`settlement.fee.${fee}`) }))}
                  onChange={(fee: string | undefined) => {
                    const { [word]: _, ...rest } = mapping.fees
                    change({ ...mapping, fees: fee ? { ...rest, [word]: fee } : rest })
                  }}
                />
              ),
            },
          ]}
        />
      )}
      <Radio.Group
        aria-label={t("settlement.reconcile.sign")}
        value={mapping.sign}
        onChange={(event) => change({ ...mapping, sign: event.target.value })}
        options={[
          { value: 1, label: t("settlement.reconcile.signPlus") },
          { value: -1, label: t("settlement.reconcile.signMinus") },
        ]}
      />
    </Flex>
  )
}
