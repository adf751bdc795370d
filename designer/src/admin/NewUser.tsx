import { App, Form, Input, Modal } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useMay } from "@/api/session"
import type { HeldRole } from "@/api/types"
import { FreshPassword } from "./FreshPassword"
import { RoleRows } from "./RoleRows"
import { UnitSelect } from "./UnitSelect"

interface Values {
  login: string
  name: string
  org_unit_id?: string | null
  roles?: HeldRole[]
}

/** A new colleague; the first password is made here and shown once. */
export function NewUser({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const [form] = Form.useForm<Values>()
  const create = useAct("create_user", {
    quiet: true,
    refresh: ["list_users"],
    done: (made) => {
      close()
      if (made.password)
        void modal.success({
          title: t("admin.userMade", { name: made.user.name }),
          content: <FreshPassword login={made.user.login} password={made.password} />,
          okText: t("admin.passwordKept"),
        })
    },
  })
  return (
    <Modal
      open
      title={t("admin.newUser")}
      okText={t("admin.newUserGo")}
      cancelText={t("word.cancel")}
      confirmLoading={create.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(values) =>
          create.mutate({
            body: {
              login: values.login.trim(),
              name: values.name.trim(),
              org_unit_id: values.org_unit_id ?? null,
              locale: "zh",
              roles: (values.roles ?? []).filter((each) => each.role),
            },
          })
        }
      >
        <Form.Item
          name="name"
          label={t("admin.userName")}
          rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
        >
          <Input autoFocus maxLength={120} />
        </Form.Item>
        <Form.Item
          name="login"
          label={t("signIn.login")}
          extra={t("admin.loginHelp")}
          rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
        >
          <Input autoCapitalize="none" maxLength={60} />
        </Form.Item>
        {may("org.read") && (
          <Form.Item name="org_unit_id" label={t("admin.unit")}>
            <UnitSelect />
          </Form.Item>
        )}
        {may("roles.edit") && (
          <Form.Item name="roles" label={t("admin.roles")}>
            <RoleRows />
          </Form.Item>
        )}
      </Form>
      <Refused fault={create.error} />
    </Modal>
  )
}
