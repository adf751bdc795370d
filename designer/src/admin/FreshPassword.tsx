import { Descriptions } from "antd"
import { useTranslation } from "react-i18next"
import { CopyText } from "@/ui/CopyText"

/** A password that is shown this once. */
export function FreshPassword({ login, password }: { login: string; password: string }) {
  const { t } = useTranslation()
  return (
    <>
      <p>{t("admin.passwordOnce")}</p>
      <Descriptions
        column={1}
        items={[
          { key: "login", label: t("signIn.login"), children: <CopyText text={login} /> },
          { key: "password", label: t("signIn.password"), children: <CopyText text={password} /> },
        ]}
      />
    </>
  )
}
