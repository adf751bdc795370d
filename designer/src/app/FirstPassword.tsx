import { useTranslation } from "react-i18next"
import { PasswordForm } from "@/account/PasswordForm"
import { Door } from "./Door"

/** The first password opens nothing but this page. */
export function FirstPassword() {
  const { t } = useTranslation()
  return (
    <Door title={t("firstPassword.title")} about={t("firstPassword.about")}>
      <PasswordForm isFirst />
    </Door>
  )
}
