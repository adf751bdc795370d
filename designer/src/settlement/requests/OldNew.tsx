import { ArrowRightOutlined } from "@ant-design/icons"
import { Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { RequestShown } from "@/api/types"
import { JsonView } from "@/ui/JsonView"
import { sayValue } from "../cards/words"
import { useScopeDocument } from "../locks/scopes"

/** The value as it is and as it would be, in words. */
export function OldNew({ request, isShort = false }: { request: RequestShown; isShort?: boolean }) {
  const { t } = useTranslation()
  const { currency } = useScopeDocument(request.scope)
  const said = (value: unknown) => sayValue(t, request.pointer, value, currency)
  const old = request.had_old ? said(request.old) : t("rates.request.nothing")
  const next = request.removes ? t("rates.request.gone") : said(request.new)
  if (isShort)
    return (
      <span>
        <Typography.Text type="secondary" delete={request.had_old}>
          {old}
        </Typography.Text>{" "}
        → <strong>{next}</strong>
      </span>
    )
  return (
    <>
      <div className="old-new">
        <div>
          <Typography.Text type="secondary">{t("rates.request.was")}</Typography.Text>
          <br />
          {old}
        </div>
        <ArrowRightOutlined aria-hidden />
        <div className="is-new">
          <Typography.Text type="secondary">{t("rates.request.willBe")}</Typography.Text>
          <br />
          <strong>{next}</strong>
        </div>
      </div>
      {isDeep(request.new) && <JsonView value={request.new} />}
    </>
  )
}

const isDeep = (value: unknown) => typeof value === "object" && value !== null
