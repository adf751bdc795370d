import { useMutation } from "@tanstack/react-query"
import { Card as Box, Button, Empty, Flex, Form, Input, Segmented } from "antd"
import dayjs from "dayjs"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { Refused } from "@/api/Fault"
import type { Card, QuoteBody } from "@/api/types"
import { wordOf } from "../cards/words"
import { Labelled } from "../Labelled"
import { PartySelect } from "../PartySelect"
import { FigureFields } from "./FigureFields"
import { customerOf, type Figures, orderOf, rolesOf } from "./order"
import { QuoteView } from "./QuoteView"

interface Props {
  document: Card
  /** A published card is priced by the version of the order's date; otherwise by this document. */
  published?: string | undefined
}

const FIRST: Omit<Figures, "paidAt"> = {
  amount: "1000",
  quantity: 1,
  platform: "douyin",
  shop: "",
  channel: "",
  store: "",
  product: "",
  category: "",
  kind: "normal",
  status: "completed",
  campaign: "",
  adjustments: [],
  fees: [],
  tags: [],
  level: "",
}

/** Tries a card on figures, or on a past order: nothing is stored. */
export function Trial({ document, published }: Props) {
  const { t } = useTranslation()
  const [way, setWay] = useState<"figures" | "order">("figures")
  const [number, setNumber] = useState("")
  const [parties, setParties] = useState<Record<string, string>>({})
  const [withTotals, setWithTotals] = useState(false)
  const [form] = Form.useForm<Figures>()
  const roles = rolesOf(document)
  const quote = useMutation({
    mutationFn: (figures: Figures | null) => {
      const chosen = Object.fromEntries(
        roles.map((role) => [role, parties[role] ?? { key: role, kind: kindOf(role), name: role }]),
      )
      const body: QuoteBody = {
        ...(published ? { card: published } : { document }),
        with_totals: withTotals,
        ...(figures
          ? {
              order: orderOf(figures, document.currency ?? "CNY"),
              parties: chosen,
              customer: customerOf(figures) ?? null,
            }
          : { number, ...(Object.keys(parties).length > 0 && { parties }) }),
      }
      return call("quote_order", { body })
    },
  })
  const send = () =>
    way === "order"
      ? quote.mutate(null)
      : void form.validateFields().then(
          (values) => quote.mutate({ ...FIRST, ...values }),
          () => undefined,
        )
  return (
    <div className="trial">
      <Box>
        <Flex vertical gap={12}>
          <Segmented
            aria-label={t("rates.trial.way")}
            value={way}
            options={[
              { value: "figures", label: t("rates.trial.figures") },
              { value: "order", label: t("rates.trial.pastOrder") },
            ]}
            onChange={setWay}
          />
          {way === "order" ? (
            <Labelled label={t("rates.trial.number")}>
              {(id) => (
                <Input
                  id={id}
                  value={number}
                  placeholder="69211"
                  onChange={(event) => setNumber(event.target.value.trim())}
                  onPressEnter={() => number && send()}
                />
              )}
            </Labelled>
          ) : (
            <Form<Figures>
              form={form}
              layout="vertical"
              size="middle"
              requiredMark={false}
              initialValues={{ ...FIRST, paidAt: dayjs() }}
              onFinish={send}
            >
              <FigureFields
                withTotals={withTotals}
                setWithTotals={setWithTotals}
                currency={document.currency ?? "CNY"}
              >
                {roles.map((role) => (
                  <Form.Item key={role} label={wordOf(t, "role", role)}>
                    <PartySelect
                      label={wordOf(t, "role", role)}
                      value={parties[role] ?? null}
                      onChange={(id) =>
                        setParties(({ [role]: _, ...rest }) =>
                          id ? { ...rest, [role]: id } : rest,
                        )
                      }
                    />
                  </Form.Item>
                ))}
              </FigureFields>
            </Form>
          )}
          <Button
            type="primary"
            loading={quote.isPending}
            disabled={way === "order" && number === ""}
            onClick={send}
          >
            {t("rates.trial.go")}
          </Button>
        </Flex>
      </Box>
      <Box title={t("rates.trial.result")}>
        <Refused fault={quote.error} />
        {quote.data && <QuoteView quote={quote.data} document={document} />}
        {!quote.data && !quote.error && (
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("rates.trial.empty")} />
        )}
      </Box>
    </div>
  )
}

/** Somebody who is not chosen still has the kind the role speaks of. */
function kindOf(role: string): string {
  return role === "promoter" ? "creator" : role
}
