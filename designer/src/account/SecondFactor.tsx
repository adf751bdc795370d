import { Alert, App, Button, Flex, Form, Input, QRCode, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused, sentenceOf } from "@/api/Fault"
import { useRereadSession } from "@/api/session"
import type { Enrolment } from "@/api/types"
import { CopyText } from "@/ui/CopyText"
import { save } from "@/ui/save"

/** Off: password, QR code, first code, recovery codes. On: new recovery codes, or off again. */
export function SecondFactor({ isOn }: { isOn: boolean }) {
  const { t } = useTranslation()
  const [enrolment, setEnrolment] = useState<Enrolment>()
  const [codes, setCodes] = useState<string[]>()
  if (codes) return <Codes codes={codes} close={() => setCodes(undefined)} />
  if (enrolment)
    return (
      <FirstCode
        enrolment={enrolment}
        done={(made) => {
          setCodes(made)
          setEnrolment(undefined)
        }}
      />
    )
  return (
    <>
      <Typography.Paragraph type="secondary">{t("account.secondFactorAbout")}</Typography.Paragraph>
      {isOn ? <On show={setCodes} /> : <Off begin={setEnrolment} />}
    </>
  )
}

function Off({ begin }: { begin: (enrolment: Enrolment) => void }) {
  const { t } = useTranslation()
  const start = useAct("begin_second_factor", { quiet: true, done: begin })
  return (
    <Form<{ password: string }>
      layout="vertical"
      requiredMark={false}
      onFinish={(body) => start.mutate({ body })}
    >
      <Form.Item
        name="password"
        label={t("account.confirmPassword")}
        rules={[{ required: true, message: t("signIn.passwordNeeded") }]}
      >
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      {start.error && (
        <Alert type="error" showIcon title={sentenceOf(start.error)} className="form-fault" />
      )}
      <Button type="primary" htmlType="submit" loading={start.isPending}>
        {t("account.enrol")}
      </Button>
    </Form>
  )
}

function FirstCode({ enrolment, done }: { enrolment: Enrolment; done: (codes: string[]) => void }) {
  const { t } = useTranslation()
  const reread = useRereadSession()
  const finish = useAct("finish_second_factor", {
    quiet: true,
    refresh: ["read_me"],
    done: (made) => {
      void reread()
      done(made.recovery_codes)
    },
  })
  return (
    <Flex gap={24} wrap>
      <QRCode value={enrolment.uri} errorLevel="M" bordered={false} bgColor="#fff" color="#000" />
      <Flex vertical flex="1 1 260px">
        <Typography.Paragraph>{t("account.scan")}</Typography.Paragraph>
        <Typography.Paragraph type="secondary">
          {t("account.orType")} <CopyText text={enrolment.secret} />
        </Typography.Paragraph>
        <Form<{ code: string }>
          layout="vertical"
          requiredMark={false}
          onFinish={({ code }) =>
            finish.mutate({ body: { ticket: enrolment.ticket, code: code.trim() } })
          }
        >
          <Form.Item
            name="code"
            label={t("account.firstCode")}
            rules={[{ required: true, message: t("signIn.codeNeeded") }]}
          >
            <Input autoComplete="one-time-code" inputMode="numeric" autoFocus />
          </Form.Item>
          <Refused fault={finish.error} className="form-fault" />
          <Button type="primary" htmlType="submit" loading={finish.isPending}>
            {t("account.finish")}
          </Button>
        </Form>
      </Flex>
    </Flex>
  )
}

function Codes({ codes, close }: { codes: string[]; close: () => void }) {
  const { t } = useTranslation()
  const text = codes.join("\n")
  return (
    <>
      <Alert type="warning" showIcon title={t("account.codes")} className="form-fault" />
      <pre className="recovery-codes">{text}</pre>
      <Flex gap={8} wrap>
        <Button onClick={() => save("jimu-recovery-codes.txt", `${text}\n`, "text/plain")}>
          {t("account.download")}
        </Button>
        <Button type="primary" onClick={close}>
          {t("account.kept")}
        </Button>
      </Flex>
    </>
  )
}

function On({ show }: { show: (codes: string[]) => void }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const reread = useRereadSession()
  const renew = useAct("renew_recovery_codes", { done: (made) => show(made.recovery_codes) })
  const remove = useAct("remove_second_factor", {
    said: t("account.off"),
    refresh: ["read_me"],
    done: () => void reread(),
  })
  return (
    <Flex gap={8} wrap>
      <Button loading={renew.isPending} onClick={() => renew.mutate({})}>
        {t("account.renew")}
      </Button>
      <Button
        danger
        onClick={() =>
          void modal.confirm({
            title: t("account.removeTitle"),
            content: t("account.removeAbout"),
            okText: t("account.remove"),
            okButtonProps: { danger: true },
            cancelText: t("word.cancel"),
            onOk: () => remove.mutateAsync({}).catch(() => undefined),
          })
        }
      >
        {t("account.remove")}
      </Button>
    </Flex>
  )
}
