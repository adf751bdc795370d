import { Table, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { Change } from "./changes"
import { sayPointer, sayValue } from "./words"

interface Props {
  changes: readonly (Change & { theirs?: unknown })[]
  before: unknown
  after: unknown
  currency: string
  isClash?: boolean
}

/** What differs, in words: where, from what, to what. */
export function Changes({ changes, before, after, currency, isClash = false }: Props) {
  const { t } = useTranslation()
  if (changes.length === 0)
    return <Typography.Text type="secondary">{t("rates.changes.none")}</Typography.Text>
  const said = (pointer: string, value: unknown) => sayValue(t, pointer, value, currency)
  return (
    <Table
      size="small"
      rowKey="pointer"
      pagination={changes.length > 20 ? { pageSize: 20 } : false}
      dataSource={[...changes]}
      columns={[
        {
          title: t("rates.changes.where"),
          render: (_, one) => sayPointer(t, one.new === undefined ? before : after, one.pointer),
        },
        { title: t("rates.changes.old"), render: (_, one) => said(one.pointer, one.old) },
        {
          title: t(isClash ? "rates.changes.mine" : "rates.changes.new"),
          render: (_, one) => <strong>{said(one.pointer, one.new)}</strong>,
        },
        ...(isClash
          ? [
              {
                title: t("rates.changes.theirs"),
                render: (_: unknown, one: Change & { theirs?: unknown }) =>
                  said(one.pointer, one.theirs),
              },
            ]
          : []),
      ]}
    />
  )
}
