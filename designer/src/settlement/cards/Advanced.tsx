import { Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { Card } from "@/api/types"
import { Json } from "@/forms/widgets/Json"
import { useDesk } from "./desk"
import { isRecord } from "./pointer"

/** The whole document as text: to paste a card, and for whatever has no field of its own. */
export function Advanced() {
  const { t } = useTranslation()
  const desk = useDesk()
  return (
    <Flex vertical gap={12}>
      <Typography.Text type="secondary">{t("rates.card.advancedAbout")}</Typography.Text>
      <label htmlFor="card-document">{t("rates.card.document")}</label>
      <Json
        schema={{}}
        value={desk.document}
        onChange={(value) => {
          // The page draws terms and rules: what has none is no card yet.
          if (isRecord(value) && isDrawable(value)) desk.set("", { ...value, key: desk.key })
        }}
        id="card-document"
        label={t("rates.card.document")}
        isReadOnly={desk.isReadOnly}
        isRequired
        hasFault={false}
        path={[]}
      />
    </Flex>
  )
}

function isDrawable(value: Record<string, unknown>): value is Record<string, unknown> & Card {
  const hasName = (name: string) => (item: unknown) =>
    isRecord(item) && typeof item[name] === "string"
  const rules = value.rules ?? []
  return (
    Array.isArray(value.terms) &&
    value.terms.every((term) => hasName("key")(term) && isRecord(term.party)) &&
    Array.isArray(rules) &&
    rules.every((rule) => hasName("id")(rule) && typeof rule.term === "string")
  )
}
