import { App, Button, Drawer, Flex, Form, Input, Select, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { HeldRole, User, UserFields } from "@/api/types"
import { FreshPassword } from "./FreshPassword"
import { RoleRows } from "./RoleRows"
import { UnitSelect } from "./UnitSelect"
import { UserStatus } from "./UserStatus"

/** One colleague: who they are, what they hold, and what is done when they lose a key or leave. */
export function UserDrawer({ user, close }: { user: User; close: () => void }) {
  const may = useMay()
  return (
    <Drawer open size={560} title={user.name} extra={<UserStatus user={user} />} onClose={close}>
      <Flex vertical gap={24}>
        <Fields user={user} isReadOnly={!may("users.edit")} />
        {may("roles.edit") && may("roles.read") && <Roles user={user} />}
        {may("users.edit") && <Security user={user} />}
      </Flex>
    </Drawer>
  )
}

function Fields({ user, isReadOnly }: { user: User; isReadOnly: boolean }) {
  const { t } = useTranslation()
  const people = useRead("list_users", { query: { limit: 200 } })
  const update = useAct("update_user", { said: t("word.saved"), refresh: ["list_users"] })
  return (
    <Form<UserFields>
      layout="vertical"
      requiredMark={false}
      disabled={isReadOnly}
      initialValues={user}
      onFinish={(values) =>
        update.mutate({
          path: { user_id: user.id },
          match: user.revision,
          body: {
            ...values,
            org_unit_id: values.org_unit_id ?? null,
            manager_id: values.manager_id ?? null,
          },
        })
      }
    >
      <Form.Item label={t("signIn.login")}>
        <Typography.Text>{user.login}</Typography.Text>
      </Form.Item>
      <Form.Item
        name="name"
        label={t("admin.userName")}
        rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
      >
        <Input maxLength={120} />
      </Form.Item>
      <Form.Item name="org_unit_id" label={t("admin.unit")}>
        <UnitSelect />
      </Form.Item>
      <Form.Item name="manager_id" label={t("admin.superior")} extra={t("admin.superiorHelp")}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          options={(people.data?.items ?? [])
            .filter((each) => each.id !== user.id)
            .map((each) => ({ value: each.id, label: each.name }))}
        />
      </Form.Item>
      <Form.Item name="locale" label={t("account.language")}>
        <Select
          options={[
            { value: "zh", label: "简体中文" },
            { value: "en", label: "English" },
          ]}
        />
      </Form.Item>
      <Form.Item name="status" label={t("word.status")} extra={t("admin.disableHelp")}>
        <Select
          options={(["active", "disabled"] as const).map((each) => ({
            value: each,
            label: t(`admin.userStatus.${each}`),
          }))}
        />
      </Form.Item>
      {!isReadOnly && (
        <Button type="primary" htmlType="submit" loading={update.isPending}>
          {t("word.save")}
        </Button>
      )}
    </Form>
  )
}

function Roles({ user }: { user: User }) {
  const { t } = useTranslation()
  const [roles, setRoles] = useState<HeldRole[]>(user.roles)
  const set = useAct("set_user_roles", { said: t("word.saved"), refresh: ["list_users"] })
  return (
    <section>
      <Typography.Title level={2}>{t("admin.roles")}</Typography.Title>
      <RoleRows value={roles} onChange={setRoles} />
      <Button
        className="section-head"
        loading={set.isPending}
        onClick={() =>
          set.mutate({
            path: { user_id: user.id },
            match: user.revision,
            body: { roles: roles.filter((each) => each.role) },
          })
        }
      >
        {t("admin.saveRoles")}
      </Button>
    </section>
  )
}

function Security({ user }: { user: User }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const path = { user_id: user.id }
  const end = useAct("end_user_sessions", { said: t("admin.sessionsEnded") })
  const remove = useAct("remove_user_second_factor", {
    said: t("admin.secondFactorRemoved"),
    refresh: ["list_users"],
  })
  const reset = useAct("reset_user_password", {
    done: (fresh) =>
      void modal.success({
        title: t("admin.passwordReset", { name: user.name }),
        content: <FreshPassword login={user.login} password={fresh.password} />,
        okText: t("admin.passwordKept"),
      }),
  })
  const ask = (title: string, content: string, go: string, done: () => Promise<unknown>) =>
    void modal.confirm({
      title,
      content,
      okText: go,
      cancelText: t("word.cancel"),
      onOk: () => done().catch(() => undefined),
    })
  return (
    <section>
      <Typography.Title level={2}>{t("admin.security")}</Typography.Title>
      <Flex gap={8} wrap>
        <Button
          onClick={() =>
            ask(t("admin.reset"), t("admin.resetAbout"), t("admin.reset"), () =>
              reset.mutateAsync({ path }),
            )
          }
        >
          {t("admin.reset")}
        </Button>
        {user.has_second_factor && (
          <Button
            onClick={() =>
              ask(
                t("admin.removeSecondFactor"),
                t("admin.removeSecondFactorAbout"),
                t("admin.removeSecondFactor"),
                () => remove.mutateAsync({ path }),
              )
            }
          >
            {t("admin.removeSecondFactor")}
          </Button>
        )}
        <Button
          onClick={() =>
            ask(t("admin.endSessions"), t("admin.endSessionsAbout"), t("admin.endSessions"), () =>
              end.mutateAsync({ path }),
            )
          }
        >
          {t("admin.endSessions")}
        </Button>
      </Flex>
    </section>
  )
}
