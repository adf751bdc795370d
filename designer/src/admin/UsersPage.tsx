import { PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Input, Tag, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useList, useRead } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import type { Role, User } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"
import { NewUser } from "./NewUser"
import { UserDrawer } from "./UserDrawer"

export function UsersPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [search, setSearch] = useFilter("q")
  const [open, setOpen] = useState<string>()
  const [isNew, setNew] = useState(false)
  const list = useList("list_users", { query: { limit: 50, ...(search && { q: search }) } })
  const roleName = useRoleNames()
  const unitName = useUnitNames()
  const user = list.data?.pages.flatMap((page) => page.items).find((each) => each.id === open)
  return (
    <Page
      title={t("menu.users")}
      about={t("admin.usersAbout")}
      actions={
        may("users.edit") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
            {t("admin.newUser")}
          </Button>
        )
      }
    >
      <Flex className="filters">
        <Input.Search
          allowClear
          defaultValue={search}
          aria-label={t("list.search")}
          placeholder={t("admin.searchUsers")}
          onSearch={(next) => setSearch(next.trim())}
        />
      </Flex>
      <Rows
        query={list}
        rowKey="id"
        open={(row) => setOpen(row.id)}
        empty={<Typography.Text type="secondary">{t("admin.noUsers")}</Typography.Text>}
        columns={[
          {
            title: t("word.name"),
            render: (_, row) => (
              <Flex vertical align="flex-start">
                <Button type="link" className="inline-link" onClick={() => setOpen(row.id)}>
                  {row.name}
                </Button>
                <Typography.Text type="secondary">{row.login}</Typography.Text>
              </Flex>
            ),
          },
          {
            title: t("admin.roles"),
            render: (_, row) => (
              <Flex gap={4} wrap>
                {row.roles.map((held) => (
                  <Tag key={`${held.role} ${held.unit}`} variant="filled">
                    {roleName(held.role)}
                    {held.unit && ` · ${unitName(held.unit)}`}
                  </Tag>
                ))}
              </Flex>
            ),
          },
          { title: t("admin.unit"), render: (_, row) => unitName(row.org_unit_id) },
          { title: t("word.status"), render: (_, row) => <UserStatus user={row} /> },
          { title: t("admin.lastLogin"), render: (_, row) => <When at={row.last_login_at} /> },
        ]}
      />
      {user && <UserDrawer key={user.revision} user={user} close={() => setOpen(undefined)} />}
      {isNew && <NewUser close={() => setNew(false)} />}
    </Page>
  )
}

export function UserStatus({ user }: { user: User }) {
  const { t } = useTranslation()
  return (
    <Flex gap={4} wrap>
      <StatusTag tone={user.status === "active" ? "good" : "none"}>
        {t(`admin.userStatus.${user.status}`)}
      </StatusTag>
      {user.has_second_factor && <Tag variant="filled">{t("admin.hasSecondFactor")}</Tag>}
    </Flex>
  )
}

export function nameOfRole(role: Role): string {
  if (typeof role.name === "string") return role.name
  return languageNow() === "en" ? role.name.en : role.name.zh
}

/** Names of roles by key, as far as the person may see roles. */
export function useRoleNames(): (key: string) => string {
  const may = useMay()
  const list = useRead("list_roles", { query: { limit: 200 } }, { enabled: may("roles.read") })
  return (key) => {
    const found = list.data?.items.find((each) => each.key === key)
    return found ? nameOfRole(found) : key
  }
}

/** Names of org units by id, as far as the person may see them. */
export function useUnitNames(): (id: string | null) => string {
  const may = useMay()
  const list = useRead("list_org_units", { query: { limit: 200 } }, { enabled: may("org.read") })
  return (id) => (id ? (list.data?.items.find((each) => each.id === id)?.name ?? id) : "—")
}
