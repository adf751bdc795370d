import { Flex, Typography } from "antd"
import type { ReactNode } from "react"

interface Props {
  title: ReactNode
  /** One sentence for somebody who is here for the first time. */
  about?: ReactNode
  /** What can be done here; one of them primary. */
  actions?: ReactNode
  children: ReactNode
}

/** A page's head and body; the head wraps on a phone. */
export function Page({ title, about, actions, children }: Props) {
  return (
    <div className="page-body">
      <Flex justify="space-between" align="flex-start" gap={16} wrap className="page-head">
        <div className="page-title">
          <Typography.Title level={1}>{title}</Typography.Title>
          {about && <Typography.Text type="secondary">{about}</Typography.Text>}
        </div>
        {actions && (
          <Flex gap={8} align="center" wrap>
            {actions}
          </Flex>
        )}
      </Flex>
      {children}
    </div>
  )
}
