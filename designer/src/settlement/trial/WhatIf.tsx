import { useMutation } from "@tanstack/react-query"
import { Card as Box, Button, Flex, Input, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { Refused } from "@/api/Fault"
import type { Card } from "@/api/types"
import { Labelled } from "../Labelled"
import { lastMonth } from "../lastMonth"
import { WhatIfRows } from "./WhatIfRows"

/** A past period's totals under this card instead. */
export function WhatIf({ document }: { document: Card }) {
  const { t } = useTranslation()
  const [period, setPeriod] = useState(lastMonth())
  const ask = useMutation({
    mutationFn: () => call("what_if_totals", { body: { document, period } }),
  })
  return (
    <Box>
      <Flex vertical gap={16}>
        <Typography.Text type="secondary">{t("rates.whatIf.about")}</Typography.Text>
        <Flex gap={8} align="center" wrap>
          <Labelled label={t("rates.whatIf.period")} isInline>
            {(id) => (
              <Input
                id={id}
                style={{ width: 130 }}
                value={period}
                onChange={(event) => setPeriod(event.target.value.trim())}
              />
            )}
          </Labelled>
          <Button
            type="primary"
            loading={ask.isPending}
            disabled={period === ""}
            onClick={() => ask.mutate()}
          >
            {t("rates.whatIf.go")}
          </Button>
        </Flex>
        <Refused fault={ask.error} />
        {ask.data && (
          <WhatIfRows rows={ask.data.rows} terms={document} wouldBe={t("rates.whatIf.would")} />
        )}
      </Flex>
    </Box>
  )
}
