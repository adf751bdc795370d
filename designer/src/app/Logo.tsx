import { useTranslation } from "react-i18next"
import { Link } from "react-router"

export function Logo({ isSmall }: { isSmall: boolean }) {
  const { t } = useTranslation()
  return (
    <Link to="/" className="logo" {...(isSmall ? { "aria-label": t("menu.home") } : {})}>
      <img src="/icon.svg" alt="" width={28} height={28} />
      {!isSmall && (
        <span>
          {t("product")}
          {t("product") !== "Jimu" && <small> Jimu</small>}
        </span>
      )}
    </Link>
  )
}
