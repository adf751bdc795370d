import { Button, Result } from "antd"
import { useTranslation } from "react-i18next"
import { useNavigate } from "react-router"

export function NoPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  return (
    <Result
      status="404"
      title={t("fault.noPage")}
      subTitle={t("fault.noPageHelp")}
      extra={
        <Button type="primary" onClick={() => void navigate("/")}>
          {t("fault.backHome")}
        </Button>
      }
    />
  )
}
