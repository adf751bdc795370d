import type { UseQueryResult } from "@tanstack/react-query"
import { Empty, Table, type TableProps } from "antd"
import type { ReactNode } from "react"
import { rowOpens } from "@/ui/rowOpens"
import { Loaded } from "./Loaded"

interface Props<T> {
  query: UseQueryResult<{ items: T[] }, Error>
  columns: NonNullable<TableProps<T>["columns"]>
  rowKey: keyof T & string
  /** What to say, and to offer below it, when there is nothing. */
  none: string
  offer: ReactNode
  open?: (row: T) => void
  /** As the server tells it; here the newest stands first. */
  isNewestLast?: boolean
}

/** A list that comes in one piece. */
export function WholeList<T extends object>(props: Props<T>) {
  const { query, columns, rowKey, none, offer, open, isNewestLast } = props
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty className="empty-list" image={Empty.PRESENTED_IMAGE_SIMPLE} description={none}>
            {offer}
          </Empty>
        ) : (
          <Table<T>
            rowKey={rowKey}
            size="middle"
            pagination={false}
            scroll={{ x: "max-content" }}
            dataSource={isNewestLast ? [...items].reverse() : items}
            columns={columns}
            onRow={rowOpens(open)}
          />
        )
      }
    </Loaded>
  )
}
