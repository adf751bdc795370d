import { Table } from "antd"
import { useTranslation } from "react-i18next"
import { messageOf } from "@/api/Fault"
import type { ProblemItem } from "@/api/types"
import { inOrder, rowOf } from "./problems"

/** What is wrong with which row of a file, in the words of the screen. */
export function ProblemRows({ problems }: { problems: readonly ProblemItem[] }) {
  const { t } = useTranslation()
  // Columns of opening balances and their control sums have names of ours; a bill's are its own.
  const nameOf = (path: string) => {
    const sum = /^\/control\/(.+)$/.exec(path)?.[1]
    if (sum) return t(`settlement.opening.sums.${sum as "total"}`, { defaultValue: sum })
    const column = rowOf(path)?.column ?? path.split("/").at(-1) ?? ""
    return t(`settlement.file.columns.${column as "kind"}`, { defaultValue: column })
  }
  const rows = inOrder(problems).map((item, index) => ({ item, key: `${index} ${item.path}` }))
  return (
    <Table
      size="small"
      dataSource={rows}
      pagination={rows.length > 10 ? { pageSize: 10, size: "small" } : false}
      columns={[
        {
          title: t("settlement.file.row"),
          width: 90,
          render: (_, { item }) => rowOf(item.path)?.row ?? t("settlement.file.whole"),
        },
        {
          title: t("settlement.file.column"),
          width: 160,
          render: (_, { item }) => nameOf(item.path),
        },
        { title: t("settlement.file.problem"), render: (_, { item }) => messageOf(item) },
      ]}
    />
  )
}
