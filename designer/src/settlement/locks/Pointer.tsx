import { Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link } from "react-router"
import { partsOf } from "../cards/pointer"
import { sayPointer } from "../cards/words"
import { scopeOf, useScopeDocument, useScopeNames } from "./scopes"

/** Which value of which document, in words; it leads to where the value stands. */
export function Pointer({ scope, pointer }: { scope: string; pointer: string }) {
  const { t } = useTranslation()
  const nameOf = useScopeNames()
  const { document } = useScopeDocument(scope)
  const { kind, key } = scopeOf(scope)
  const [list, id] = partsOf(pointer)
  const to =
    kind === "rate_card"
      ? `/settlement/cards/${key}${list === "rules" && id && id !== "*" ? `?rule=${id}` : ""}`
      : `/flows/${key}/edit`
  return (
    <Flex vertical>
      <Link to={to}>{sayPointer(t, document, pointer)}</Link>
      <Typography.Text type="secondary" title={`${scope} ${pointer}`}>
        {nameOf(scope)}
      </Typography.Text>
    </Flex>
  )
}
