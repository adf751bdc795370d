import { Button, Flex, Input, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { emptyOf, type WidgetProps } from "../widget"

/** What the server shows of a secret it holds. */
const HELD = "set"

/** A secret that is stored is never seen again: it can only be replaced. */
export function Secret({ schema, value, onChange, id, isReadOnly, hasFault }: WidgetProps) {
  const { t } = useTranslation()
  const [isReplaced, setReplaced] = useState(false)
  if (value === HELD && !isReplaced)
    return (
      <Flex align="center" gap={12}>
        <Typography.Text type="secondary">{t("forms.secretHeld")}</Typography.Text>
        {!isReadOnly && (
          <Button
            size="small"
            onClick={() => {
              setReplaced(true)
              onChange(emptyOf(schema))
            }}
          >
            {t("forms.secretReplace")}
          </Button>
        )}
      </Flex>
    )
  return (
    <Flex gap={8}>
      <Input.Password
        id={id}
        value={typeof value === "string" ? value : ""}
        disabled={isReadOnly}
        autoComplete="new-password"
        {...(hasFault ? { status: "error" as const } : {})}
        onChange={(event) => onChange(event.target.value || emptyOf(schema))}
      />
      {isReplaced && (
        <Button
          onClick={() => {
            setReplaced(false)
            onChange(HELD)
          }}
        >
          {t("forms.secretKeep")}
        </Button>
      )}
    </Flex>
  )
}
