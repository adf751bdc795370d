import { Skeleton } from "antd"

export function PageSkeleton() {
  return (
    <div className="page-body" aria-busy="true">
      <Skeleton active paragraph={{ rows: 6 }} />
    </div>
  )
}
