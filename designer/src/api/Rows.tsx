import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query"
import { Button, Empty, Flex, Table, type TableProps } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { rowOpens } from "@/ui/rowOpens"
import { Fault } from "./Fault"

interface Paged {
  items: object[]
}
type Row<P extends Paged> = P["items"][number]

interface Props<P extends Paged, T extends Row<P>> {
  query: UseInfiniteQueryResult<InfiniteData<P, string>, Error>
  columns: TableProps<T>["columns"]
  /** What tells a row from the others. */
  rowKey: (keyof T & string) | ((row: T) => string)
  /** What to say, and to offer, when there is nothing. */
  empty: ReactNode
  open?: (row: T) => void
  /** Which of the rows that have come are shown; the others are searched further on. */
  keeps?: (row: T) => boolean
  expanded?: (row: T) => ReactNode
  selection?: TableProps<T>["rowSelection"]
}

/** A list from the server: a table that grows page by page. */
export function Rows<P extends Paged>(props: Props<P, Row<P>>) {
  type T = Row<P>
  const { query, columns, rowKey, empty, open, keeps, expanded, selection } = props
  const { t } = useTranslation()
  const all: T[] = query.data?.pages.flatMap((page) => page.items as T[]) ?? []
  const rows = keeps ? all.filter(keeps) : all
  if (query.isError && all.length === 0)
    return <Fault fault={query.error} retry={() => void query.refetch()} />
  if (!query.isPending && rows.length === 0 && !query.hasNextPage)
    return (
      <Empty className="empty-list" image={Empty.PRESENTED_IMAGE_SIMPLE} description={null}>
        {empty}
      </Empty>
    )
  return (
    <Flex vertical gap={12}>
      <Table<T>
        rowKey={rowKey}
        size="middle"
        columns={columns}
        dataSource={rows}
        loading={query.isPending}
        pagination={false}
        scroll={{ x: "max-content" }}
        {...(selection ? { rowSelection: selection } : {})}
        {...(expanded ? { expandable: { expandedRowRender: expanded } } : {})}
        onRow={rowOpens(open)}
      />
      {query.hasNextPage && (
        <Button
          className="more"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("list.more")}
        </Button>
      )}
    </Flex>
  )
}
