import type { UseQueryResult } from "@tanstack/react-query"
import { Card, Flex, Tag, Typography } from "antd"
import type { ReactNode } from "react"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { Loaded } from "./Loaded"
import type { UseShown } from "./types"

interface Props {
  query: UseQueryResult<{ items: UseShown[] }, Error>
  title: string
  /** What is said where nothing uses it. */
  empty: string
  /** Something to heed before it is changed. */
  warning?: (items: readonly UseShown[]) => ReactNode
}

/** Which steps of which flows use something that is kept by name. */
export function Uses({ query, title, empty, warning }: Props) {
  return (
    <Card title={title}>
      <Loaded query={query}>
        {({ items }) => (
          <>
            {warning?.(items)}
            <UsesList items={items} empty={empty} />
          </>
        )}
      </Loaded>
    </Card>
  )
}

function UsesList({ items, empty }: { items: readonly UseShown[]; empty: string }) {
  const { t } = useTranslation()
  if (items.length === 0) return <Typography.Text type="secondary">{empty}</Typography.Text>
  return (
    <ul className="home-list">
      {items.map((one) => (
        <li key={`${one.flow} ${one.node}`}>
          <span className="home-line">
            <Link to={`/flows/${one.flow}/edit`}>{one.flow_name}</Link>
            <Typography.Text type="secondary">{one.step}</Typography.Text>
          </span>
          <Flex gap={4} align="center">
            {one.is_live && (
              <Tag color="success" variant="filled">
                {t("calendars.isLive")}
              </Tag>
            )}
            {one.in_draft && <Tag variant="filled">{t("calendars.inDraft")}</Tag>}
          </Flex>
        </li>
      ))}
    </ul>
  )
}
