import { PlusOutlined } from "@ant-design/icons"
import { Alert, App, Button, Checkbox, Drawer, Flex, Form, Input, Tag, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { nameOfRole } from "@/api/names"
import { useList, useRead } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay, useSession } from "@/api/session"
import type { Role, RoleFields } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { Page } from "@/ui/Page"

/** Roles and what each may do; those that come with the product can be read, not changed. */
export function RolesPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [open, setOpen] = useState<Role | "new">()
  const list = useList("list_roles", { query: { limit: 100 } })
  return (
    <Page
      title={t("menu.roles")}
      about={t("admin.rolesAbout")}
      actions={
        may("roles.edit") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("new")}>
            {t("admin.newRole")}
          </Button>
        )
      }
    >
      <Rows
        query={list}
        rowKey="key"
        open={setOpen}
        empty={null}
        columns={[
          {
            title: t("word.name"),
            render: (_, row) => (
              <Button type="link" className="inline-link" onClick={() => setOpen(row)}>
                {nameOfRole(row)}
              </Button>
            ),
          },
          { title: t("word.key"), dataIndex: "key" },
          {
            title: t("admin.kind"),
            render: (_, row) => (
              <Tag variant="filled">{row.is_built_in ? t("admin.builtIn") : t("admin.own")}</Tag>
            ),
          },
          {
            title: t("admin.acts"),
            className: "number",
            render: (_, row) => t("admin.actCount", { count: row.acts.length }),
          },
        ]}
      />
      {open && (
        <RoleDrawer
          key={open === "new" ? "new" : open.key}
          role={open === "new" ? undefined : open}
          close={() => setOpen(undefined)}
        />
      )}
    </Page>
  )
}

interface Values {
  key: string
  name: string
  acts: string[]
}

/** A name in both languages keeps the one that is not on the screen. */
function renamed(role: Role, name: string): RoleFields["name"] {
  if (typeof role.name === "string") return name
  return { ...role.name, [languageNow() === "en" ? "en" : "zh"]: name }
}

function RoleDrawer({ role, close }: { role: Role | undefined; close: () => void }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const own = useSession()?.acts ?? []
  const acts = useRead("list_acts", {})
  const refresh = ["list_roles" as const]
  const create = useAct("create_role", { quiet: true, said: t("word.saved"), refresh, done: close })
  const update = useAct("update_role", { quiet: true, said: t("word.saved"), refresh, done: close })
  const remove = useAct("delete_role", { said: t("admin.roleDeleted"), refresh, done: close })
  const isFixed = role?.is_built_in || !may("roles.edit")
  const fault = create.error ?? update.error
  const send = (values: Values) =>
    role
      ? update.mutate({
          path: { key: role.key },
          match: role.revision,
          body: { name: renamed(role, values.name), acts: values.acts },
        })
      : create.mutate({ body: values })
  return (
    <Drawer
      open
      size={520}
      title={role ? nameOfRole(role) : t("admin.newRole")}
      onClose={close}
      extra={
        role &&
        !isFixed && (
          <Button
            danger
            onClick={() =>
              void modal.confirm({
                title: t("admin.deleteRole", { name: nameOfRole(role) }),
                content: t("admin.deleteRoleAbout"),
                okText: t("word.delete"),
                okButtonProps: { danger: true },
                cancelText: t("word.cancel"),
                onOk: () => remove.mutateAsync({ path: { key: role.key } }).catch(() => undefined),
              })
            }
          >
            {t("word.delete")}
          </Button>
        )
      }
    >
      {role?.is_built_in && (
        <Alert type="info" showIcon title={t("admin.builtInAbout")} className="form-fault" />
      )}
      <Form<Values>
        layout="vertical"
        requiredMark={false}
        disabled={isFixed ?? false}
        initialValues={
          role ? { key: role.key, name: nameOfRole(role), acts: role.acts } : { acts: [] }
        }
        onFinish={send}
      >
        <Form.Item
          name="name"
          label={t("word.name")}
          rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
        >
          <Input maxLength={60} />
        </Form.Item>
        {!role && (
          <Form.Item
            name="key"
            label={t("word.key")}
            rules={[
              { required: true, pattern: /^[a-z][a-z0-9_-]*$/, message: t("admin.roleKeyWrong") },
            ]}
          >
            <Input maxLength={60} placeholder="store_lead" />
          </Form.Item>
        )}
        <Form.Item name="acts" label={t("admin.acts")} extra={isFixed ? "" : t("admin.actsHelp")}>
          <Checkbox.Group className="act-list">
            {(acts.data?.items ?? []).map((each) => (
              <Checkbox key={each.act} value={each.act} disabled={!own.includes(each.act)}>
                {languageNow() === "en" ? each.name.en : each.name.zh}{" "}
                <Typography.Text type="secondary">{each.act}</Typography.Text>
              </Checkbox>
            ))}
          </Checkbox.Group>
        </Form.Item>
        <Refused fault={fault} className="form-fault" />
        {!isFixed && (
          <Flex>
            <Button type="primary" htmlType="submit" loading={create.isPending || update.isPending}>
              {t("word.save")}
            </Button>
          </Flex>
        )}
      </Form>
    </Drawer>
  )
}
