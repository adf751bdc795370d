import { Card, Flex, Typography } from "antd"
import type { ReactNode } from "react"
import { LanguageSwitch } from "./head"
import { Logo } from "./Logo"

interface Props {
  title: string
  about?: string
  children: ReactNode
  foot?: ReactNode
}

/** A card in the middle of an empty page: sign-in, first password, a public form. */
export function Door({ title, about, children, foot }: Props) {
  return (
    <main className="door">
      <Flex justify="space-between" align="center" className="door-head">
        <Logo isSmall={false} />
        <LanguageSwitch />
      </Flex>
      <Card className="door-card">
        <Typography.Title level={1}>{title}</Typography.Title>
        {about && <Typography.Paragraph type="secondary">{about}</Typography.Paragraph>}
        {children}
      </Card>
      {foot && (
        <Typography.Paragraph type="secondary" className="door-foot">
          {foot}
        </Typography.Paragraph>
      )}
    </main>
  )
}
