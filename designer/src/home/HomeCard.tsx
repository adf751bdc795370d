import { Card, Empty, Skeleton } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"

interface Props {
  title: string
  to: string
  /** Undefined while it comes. */
  isEmpty: boolean | undefined
  empty: string
  children: ReactNode
}

/** A short list with the way to the whole of it. */
export function HomeCard({ title, to, isEmpty, empty, children }: Props) {
  const { t } = useTranslation()
  return (
    <Card
      title={<h2 className="card-title">{title}</h2>}
      extra={
        <Link to={to} aria-label={`${t("home.all")}: ${title}`}>
          {t("home.all")}
        </Link>
      }
    >
      {isEmpty === undefined && <Skeleton active title={false} />}
      {isEmpty === true && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} />}
      {isEmpty === false && <ul className="home-list">{children}</ul>}
    </Card>
  )
}
