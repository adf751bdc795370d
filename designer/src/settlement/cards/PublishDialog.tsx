import { Alert, DatePicker, Form, Input, Modal, Radio, Typography } from "antd"
import type { Dayjs } from "dayjs"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useRead } from "@/api/queries"
import { useSession } from "@/api/session"
import type { CardWithDraft } from "@/api/types"
import { Changes } from "./Changes"
import { changesBetween } from "./changes"

interface Values {
  from: "any" | "at"
  effective_from?: Dayjs
  note?: string
}

/** The draft as a new version: what changes, from when, and by another person than saved it. */
export function PublishDialog({ card, close }: { card: CardWithDraft; close: () => void }) {
  const { t } = useTranslation()
  const me = useSession()?.user.id
  const [form] = Form.useForm<Values>()
  const from = Form.useWatch("from", form)
  const live = useRead(
    "read_rate_card_version",
    { path: { key: card.key, number: card.live_version ?? 1 } },
    { enabled: card.live_version !== null },
  )
  const number = (card.live_version ?? 0) + 1
  const publish = useAct("publish_rate_card", {
    said: t("rates.publish.done", { number }),
    refresh: [
      "read_rate_card",
      "list_rate_cards",
      "list_rate_card_versions",
      "read_rate_card_version",
    ],
    done: close,
    quiet: true,
  })
  const isOwn = card.saved_by === me
  return (
    <Modal
      open
      width={760}
      title={t("rates.publish.title", { name: card.name })}
      okText={t("rates.publish.go", { number })}
      cancelText={t("word.cancel")}
      confirmLoading={publish.isPending}
      okButtonProps={{ disabled: isOwn }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      {isOwn && (
        <Alert type="warning" showIcon className="form-fault" title={t("rates.publish.own")} />
      )}
      <Refused fault={publish.error} className="form-fault" />
      {live.data ? (
        <>
          <Typography.Paragraph>
            {t("rates.publish.changes", { number: live.data.number })}
          </Typography.Paragraph>
          <Changes
            changes={changesBetween(live.data.document, card.draft)}
            before={live.data.document}
            after={card.draft}
            currency={card.currency}
          />
        </>
      ) : (
        card.live_version === null && (
          <Typography.Paragraph>{t("rates.publish.first")}</Typography.Paragraph>
        )
      )}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        className="part"
        initialValues={{ from: "any" }}
        onFinish={(values) =>
          publish.mutate({
            path: { key: card.key },
            match: card.revision,
            body: {
              effective_from:
                values.from === "at" && values.effective_from
                  ? values.effective_from.toISOString()
                  : null,
              note: values.note ?? "",
            },
          })
        }
      >
        <Form.Item name="from" label={t("rates.publish.from")}>
          <Radio.Group
            className="act-list"
            options={[
              { value: "any", label: t("rates.publish.any") },
              { value: "at", label: t("rates.publish.at") },
            ]}
          />
        </Form.Item>
        {from === "at" && (
          <Form.Item
            name="effective_from"
            label={t("rates.publish.moment")}
            rules={[{ required: true, message: t("forms.required") }]}
          >
            <DatePicker showTime={{ format: "HH:mm" }} />
          </Form.Item>
        )}
        <Form.Item name="note" label={t("rates.publish.note")}>
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
