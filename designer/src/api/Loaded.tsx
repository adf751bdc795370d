import type { UseQueryResult } from "@tanstack/react-query"
import { Skeleton } from "antd"
import type { ReactNode } from "react"
import { Fault } from "./Fault"

interface Props<T> {
  query: UseQueryResult<T, Error>
  children: (data: T) => ReactNode
}

/** What was asked of the server, while it comes, when it fails, and when it is there. */
export function Loaded<T>({ query, children }: Props<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isError) return <Fault fault={query.error} retry={() => void query.refetch()} />
  return <Skeleton active aria-busy="true" />
}
