import { Button, DatePicker, Drawer, Form, Input, InputNumber, Select, Typography } from "antd"
import dayjs, { type Dayjs } from "dayjs"
import { useTranslation } from "react-i18next"
import { useNavigate } from "react-router"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { PartyBody, PartyShown } from "@/api/types"
import { Json } from "@/forms/widgets/Json"
import { rateWords } from "@/text/zh-CN/rateWords"
import { wordOf } from "../cards/words"
import { PartySelect } from "../PartySelect"
import { type Agreed, agreedIn, withAgreed } from "./agreed"

type Values = Omit<PartyBody, "contract_from_on" | "contract_until_on"> & {
  contract?: [Dayjs | null, Dayjs | null] | null
  agreed?: Agreed
}

/** What a party says of itself, and its contract; a new one or one that is. */
export function PartyForm({ party, close }: { party?: PartyShown; close: () => void }) {
  const { t } = useTranslation()
  const may = useMay()
  const navigate = useNavigate()
  const [form] = Form.useForm<Values>()
  const refresh = ["list_parties" as const, "read_party" as const]
  const create = useAct("create_party", {
    said: t("rates.party.created"),
    refresh,
    quiet: true,
    done: (made) => {
      close()
      void navigate(`/settlement/parties/${made.id}`)
    },
  })
  const update = useAct("update_party", {
    said: t("word.saved"),
    refresh,
    quiet: true,
    done: close,
  })
  const units = useRead("list_org_units", { query: { limit: 200 } }, { enabled: may("org.read") })
  const fault = create.error ?? update.error
  const options = (group: "partyKind" | "period") =>
    Object.keys(rateWords[group]).map((value) => ({ value, label: wordOf(t, group, value) }))
  const send = ({ contract, agreed, ...values }: Values) => {
    const body: PartyBody = {
      ...(Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          value === "" ? null : (value ?? null),
        ]),
      ) as unknown as PartyBody),
      fields: withAgreed(values.fields ?? {}, agreed ?? {}),
      contract_from_on: contract?.[0]?.format("YYYY-MM-DD") ?? null,
      contract_until_on: contract?.[1]?.format("YYYY-MM-DD") ?? null,
    }
    if (party) update.mutate({ path: { party_id: party.id }, match: party.revision, body })
    else create.mutate({ body })
  }
  const day = (text: string | null) => (text ? dayjs(text) : null)
  return (
    <Drawer
      open
      size={640}
      title={party ? t("rates.party.edit", { name: party.name }) : t("rates.party.new")}
      onClose={close}
      extra={
        <Button
          type="primary"
          loading={create.isPending || update.isPending}
          onClick={() => form.submit()}
        >
          {t("word.save")}
        </Button>
      }
    >
      <Refused fault={fault} className="form-fault" />
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={
          party
            ? {
                ...party,
                fields: withAgreed(party.fields, {}),
                agreed: agreedIn(party.fields),
                contract: [day(party.contract_from_on), day(party.contract_until_on)],
              }
            : { kind: "creator", settlement_period: "month" }
        }
        onFinish={(values) => send(onlyFields(values))}
      >
        <div className="bound-grid">
          <Form.Item
            name="name"
            label={t("word.name")}
            rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
          >
            <Input maxLength={120} />
          </Form.Item>
          <Form.Item name="kind" label={t("rates.party.kind")}>
            <Select options={options("partyKind")} />
          </Form.Item>
          <Form.Item name="level" label={t("rates.party.level")} extra={t("rates.party.levelHelp")}>
            <Input maxLength={120} />
          </Form.Item>
          <Form.Item name="parent_id" label={t("rates.party.parent")}>
            <PartySelect {...(party ? { except: party.id } : {})} />
          </Form.Item>
          <Form.Item name="org_unit_id" label={t("rates.party.unit")}>
            <Select
              allowClear
              showSearch={{ optionFilterProp: "label" }}
              options={(units.data?.items ?? []).map((unit) => ({
                value: unit.id,
                label: unit.name,
              }))}
            />
          </Form.Item>
          <Form.Item name="tax_status" label={t("rates.party.tax")}>
            <Input maxLength={120} />
          </Form.Item>
        </div>
        <Typography.Title level={2}>{t("rates.party.contract")}</Typography.Title>
        <div className="bound-grid">
          <Form.Item
            name="contract_entity"
            label={t("rates.party.entity")}
            extra={t("rates.party.entityHelp")}
          >
            <Input maxLength={120} />
          </Form.Item>
          <Form.Item name="contract" label={t("rates.party.contractDays")}>
            <DatePicker.RangePicker className="wide" allowEmpty={[true, true]} />
          </Form.Item>
          <Form.Item
            name="settlement_period"
            label={wordOf(t, "field", "period")}
            extra={party && t("rates.party.periodHelp")}
          >
            <Select allowClear options={options("period")} />
          </Form.Item>
          <Form.Item
            name="credit_days"
            label={t("rates.party.credit")}
            extra={t("rates.party.creditHelp")}
          >
            <InputNumber className="wide" min={0} max={3650} precision={0} />
          </Form.Item>
        </div>
        <Typography.Title level={2}>{t("rates.party.held")}</Typography.Title>
        <div className="bound-grid">
          <Form.Item
            name={["agreed", "percent"]}
            label={t("rates.party.retention")}
            extra={t("rates.party.retentionHelp")}
          >
            <InputNumber<string> stringMode className="wide" min="0" max="100" suffix="%" />
          </Form.Item>
          <Form.Item name={["agreed", "days"]} label={t("rates.party.retentionDays")}>
            <InputNumber className="wide" min={0} max={3650} precision={0} />
          </Form.Item>
          <Form.Item name={["agreed", "most"]} label={t("rates.party.retentionMost")}>
            <InputNumber<string> stringMode className="wide" min="0" />
          </Form.Item>
          <Form.Item
            name={["agreed", "least"]}
            label={t("rates.party.least")}
            extra={t("rates.party.leastHelp")}
          >
            <InputNumber<string> stringMode className="wide" min="0" />
          </Form.Item>
        </div>
        <Form.Item
          name="fields"
          label={t("rates.party.fields")}
          extra={t("rates.party.fieldsHelp")}
        >
          <Fields label={t("rates.party.fields")} />
        </Form.Item>
      </Form>
    </Drawer>
  )
}

/** What the form holds of a party, without what only the server says. */
function onlyFields(values: Values): Values {
  const {
    kind,
    name,
    parent_id,
    org_unit_id,
    contract_entity,
    tax_status,
    level,
    settlement_period,
    credit_days,
    fields,
    contract,
    agreed,
  } = values
  return {
    kind,
    name,
    parent_id,
    org_unit_id,
    contract_entity,
    tax_status,
    level,
    settlement_period,
    credit_days,
    fields,
    contract,
    agreed,
  }
}

function Fields({
  id = "fields",
  value,
  onChange,
  label,
}: {
  id?: string
  value?: unknown
  onChange?: (value: unknown) => void
  label: string
}) {
  return (
    <Json
      schema={{}}
      value={value ?? {}}
      onChange={(next) => onChange?.(next)}
      id={id}
      label={label}
      isReadOnly={false}
      isRequired={false}
      hasFault={false}
      path={[]}
    />
  )
}
