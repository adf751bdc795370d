import { Button, Flex, Result, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { useRouteError } from "react-router"

/** A page broke: what to do, and what to send to whoever looks after it. */
export function Crash() {
  const { t } = useTranslation()
  const fault = useRouteError()
  const text = fault instanceof Error ? `${fault.message}\n${fault.stack ?? ""}` : String(fault)
  return (
    <Result
      status="error"
      title={t("fault.crashed")}
      subTitle={t("fault.crashedHelp")}
      extra={
        <Flex gap={8} justify="center">
          <Button type="primary" onClick={() => window.location.reload()}>
            {t("fault.reload")}
          </Button>
          <Button href="/">{t("fault.backHome")}</Button>
        </Flex>
      }
    >
      <Typography.Paragraph copyable={{ text }} ellipsis={{ rows: 4 }} type="secondary">
        {text}
      </Typography.Paragraph>
    </Result>
  )
}
