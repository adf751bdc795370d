import { Button, Form, Input } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useRereadSession } from "@/api/session"

interface Values {
  old: string
  new: string
  again: string
}

/** Changes one's own password. */
export function PasswordForm({ isFirst = false }: { isFirst?: boolean }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<Values>()
  const reread = useRereadSession()
  const change = useAct("change_password", {
    quiet: true,
    said: t("firstPassword.done"),
    done: () => {
      form.resetFields()
      void reread()
    },
  })
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      requiredMark={false}
      size={isFirst ? "large" : "middle"}
      onFinish={(values) => change.mutate({ body: { old: values.old, new: values.new } })}
    >
      <Form.Item
        name="old"
        label={isFirst ? t("firstPassword.old") : t("account.oldPassword")}
        rules={[{ required: true, message: t("signIn.passwordNeeded") }]}
      >
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        name="new"
        label={t("firstPassword.new")}
        rules={[{ required: true, message: t("signIn.passwordNeeded") }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("firstPassword.again")}
        dependencies={["new"]}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              value === getFieldValue("new")
                ? Promise.resolve()
                : Promise.reject(new Error(t("firstPassword.differ"))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Refused fault={change.error} className="form-fault" />
      <Button type="primary" htmlType="submit" block={isFirst} loading={change.isPending}>
        {isFirst ? t("firstPassword.go") : t("account.changePassword")}
      </Button>
    </Form>
  )
}
