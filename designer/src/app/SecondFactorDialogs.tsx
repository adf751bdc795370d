import { Alert, Form, Input, Modal } from "antd"
import { useEffect, useRef, useState } from "react"
import { useTranslation } from "react-i18next"
import { useNavigate } from "react-router"
import { useAct } from "@/api/act"
import { setWays } from "@/api/client"
import { sentenceOf } from "@/api/Fault"
import { useRereadSession } from "@/api/session"

// The question whose answer needs the code is often still open, at 2000: this stands on it.
const ABOVE = 2500

/**
 * Asks for the code when a call turns out to be a key act. Calls that meet it at the same time
 * wait for one and the same answer.
 */
export function SecondFactorDialogs() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const reread = useRereadSession()
  const [form] = Form.useForm<{ code: string }>()
  const [isAsking, setAsking] = useState(false)
  const [isMissing, setMissing] = useState(false)
  const waiting = useRef<((given: boolean) => void)[]>([])
  const give = useAct("give_second_factor", { quiet: true })

  useEffect(() => {
    setWays({
      askSecondFactor: () =>
        new Promise((settle) => {
          waiting.current.push(settle)
          setAsking(true)
        }),
      signedOut: () => void reread(),
      passwordNeeded: () => void reread(),
      enrolNeeded: () => setMissing(true),
    })
  }, [reread])

  const settle = (given: boolean) => {
    for (const each of waiting.current.splice(0)) each(given)
    setAsking(false)
    give.reset()
    form.resetFields()
  }
  return (
    <>
      <Modal
        open={isAsking}
        zIndex={ABOVE}
        title={t("secondFactor.title")}
        okText={t("secondFactor.go")}
        cancelText={t("word.cancel")}
        confirmLoading={give.isPending}
        onOk={() => form.submit()}
        onCancel={() => settle(false)}
        destroyOnHidden
      >
        <p>{t("secondFactor.about")}</p>
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          onFinish={(values) =>
            give.mutate({ body: { code: values.code.trim() } }, { onSuccess: () => settle(true) })
          }
        >
          <Form.Item
            name="code"
            label={t("secondFactor.code")}
            extra={t("signIn.codeHelp")}
            rules={[{ required: true, message: t("signIn.codeNeeded") }]}
          >
            <Input autoComplete="one-time-code" inputMode="numeric" autoFocus />
          </Form.Item>
        </Form>
        {give.error && <Alert type="error" showIcon title={sentenceOf(give.error)} />}
      </Modal>
      <Modal
        open={isMissing}
        zIndex={ABOVE}
        title={t("secondFactor.missingTitle")}
        okText={t("secondFactor.enrol")}
        cancelText={t("secondFactor.later")}
        onOk={() => {
          setMissing(false)
          void navigate("/account#second-factor")
        }}
        onCancel={() => setMissing(false)}
      >
        <p>{t("secondFactor.missing")}</p>
      </Modal>
    </>
  )
}
