import { Alert, Button, Form, Input } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { sentenceOf } from "@/api/Fault"
import { isProblem, Problem } from "@/api/problem"
import { useKeepSession } from "@/api/session"
import type { Login } from "@/api/types"
import { Door } from "./Door"

/** Login and password first; the code and the company are asked for only where they are needed. */
export function SignIn() {
  const { t } = useTranslation()
  const keep = useKeepSession()
  const [needs, setNeeds] = useState({ code: false, tenant: false })
  const signIn = useAct("sign_in", {
    quiet: true,
    done: (session) => keep(session),
  })
  const send = (values: Login) =>
    signIn.mutate(
      { body: values },
      {
        onError: (fault) => {
          if (isProblem(fault, "second_factor_needed")) setNeeds((now) => ({ ...now, code: true }))
          if (fault instanceof Problem && fault.items.some((item) => item.path === "/tenant"))
            setNeeds((now) => ({ ...now, tenant: true }))
        },
      },
    )
  // Being asked for the code is no fault.
  const fault = isProblem(signIn.error, "second_factor_needed") ? null : signIn.error
  return (
    <Door title={t("signIn.title")} about={t("signIn.about")} foot={t("signIn.first")}>
      <Form<Login> layout="vertical" onFinish={send} requiredMark={false} size="large">
        {needs.tenant && (
          <Form.Item name="tenant" label={t("signIn.tenant")} extra={t("signIn.tenantHelp")}>
            <Input autoComplete="organization" />
          </Form.Item>
        )}
        <Form.Item
          name="login"
          label={t("signIn.login")}
          rules={[{ required: true, message: t("signIn.loginNeeded") }]}
        >
          <Input autoComplete="username" autoCapitalize="none" autoFocus />
        </Form.Item>
        <Form.Item
          name="password"
          label={t("signIn.password")}
          rules={[{ required: true, message: t("signIn.passwordNeeded") }]}
        >
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        {needs.code && (
          <Form.Item
            name="code"
            label={t("signIn.code")}
            extra={t("signIn.codeHelp")}
            rules={[{ required: true, message: t("signIn.codeNeeded") }]}
          >
            <Input autoComplete="one-time-code" inputMode="numeric" autoFocus />
          </Form.Item>
        )}
        {fault && <Alert type="error" showIcon title={sentenceOf(fault)} className="form-fault" />}
        <Button type="primary" htmlType="submit" block loading={signIn.isPending}>
          {t("signIn.go")}
        </Button>
      </Form>
    </Door>
  )
}
