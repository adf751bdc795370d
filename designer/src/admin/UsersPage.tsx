import { PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Tag, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useRoles, useUnitNames } from "@/api/names"
import { useList } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay } from "@/api/session"
import { When } from "@/text/When"
import { useFilter } from "@/ui/address"
import { Page } from "@/ui/Page"
import { SearchField } from "@/ui/SearchField"
import { NewUser } from "./NewUser"
import { UserDrawer } from "./UserDrawer"
import { UserStatus } from "./UserStatus"

export function UsersPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [search] = useFilter("q")
  const [open, setOpen] = useState<string>()
  const [isNew, setNew] = useState(false)
  const list = useList("list_users", { query: { limit: 50, ...(search && { q: search }) } })
  const { nameOf: roleName } = useRoles()
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
        <SearchField name="q" label={t("list.search")} hint={t("admin.searchUsers")} />
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
