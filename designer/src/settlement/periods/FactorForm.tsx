import { Button, Flex, Input, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { useMay } from "@/api/session"

interface Props {
  party: string
  partyName: string
  window: string
  name: string
}

const FACTOR = /^\d{1,6}(\.\d{1,6})?$/

/** A factor the closing waits for, with room for its figure beside it. */
export function FactorForm({ party, partyName, window, name }: Props) {
  const { t } = useTranslation()
  const may = useMay()
  const [value, setValue] = useState("")
  const save = useAct("set_coefficient", {
    said: t("settlement.factors.saved"),
    refresh: ["read_settlement_period", "list_coefficients"],
  })
  const words = t("settlement.factors.of", { party: partyName, name, window })
  return (
    <Flex gap={8} align="center" wrap>
      <Typography.Text>{words}</Typography.Text>
      {may("settlement.edit") && (
        <>
          <Input
            aria-label={words}
            placeholder="0.8"
            value={value}
            style={{ width: 110 }}
            onChange={(event) => setValue(event.target.value.trim())}
          />
          <Button
            disabled={!FACTOR.test(value)}
            loading={save.isPending}
            onClick={() => save.mutate({ body: { party, key: name, period: window, value } })}
          >
            {t("settlement.factors.confirm")}
          </Button>
        </>
      )}
    </Flex>
  )
}
