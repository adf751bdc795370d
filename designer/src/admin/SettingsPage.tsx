import { useQuery, useQueryClient } from "@tanstack/react-query"
import { Button, Card, Checkbox, Form, Input, InputNumber, Select } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { callWithTag } from "@/api/client"
import { Loaded } from "@/api/Loaded"
import type { SettingsBody, SettingsShown } from "@/api/types"
import { Duration } from "@/forms/widgets/Duration"
import { TimeOfDay } from "@/forms/widgets/plain"
import { Page } from "@/ui/Page"

interface Found {
  value: SettingsShown
  tag: string
}

/** What holds for the whole company: name, zone, currency, rules for every message. */
export function SettingsPage() {
  const { t } = useTranslation()
  const query = useQuery<Found, Error>({
    queryKey: ["read_settings", "with tag"],
    queryFn: () => callWithTag("read_settings", {}),
  })
  return (
    <Page title={t("menu.settings")} about={t("admin.settingsAbout")}>
      <Loaded query={query}>{(found) => <SettingsForm key={found.tag} found={found} />}</Loaded>
    </Page>
  )
}

interface Messages {
  quiet?: { from: string; until: string } | null
  cap?: { limit: number; within: string } | null
}

function SettingsForm({ found }: { found: Found }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const held = found.value.messages as Messages
  const [quiet, setQuiet] = useState(held.quiet ?? null)
  const [cap, setCap] = useState(held.cap ?? null)
  const update = useAct("update_settings", {
    said: t("word.saved"),
    done: () => void client.invalidateQueries({ queryKey: ["read_settings"] }),
  })
  return (
    <Card className="narrow">
      <Form<SettingsBody>
        layout="vertical"
        requiredMark={false}
        initialValues={found.value}
        onFinish={(body) =>
          update.mutate({
            match: found.tag,
            body: { ...body, messages: { quiet, cap } as SettingsBody["messages"] & object },
          })
        }
      >
        <Form.Item
          name="name"
          label={t("admin.company")}
          rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
        >
          <Input maxLength={120} />
        </Form.Item>
        <Form.Item name="zone" label={t("account.zone")} extra={t("admin.zoneHelp")}>
          <Select
            showSearch
            options={Intl.supportedValuesOf("timeZone").map((each) => ({
              value: each,
              label: each,
            }))}
          />
        </Form.Item>
        <Form.Item name="currency" label={t("admin.currency")}>
          <Select
            showSearch
            options={["CNY", "HKD", "TWD", "USD", "EUR", "JPY", "GBP", "SGD", "MYR", "THB"].map(
              (each) => ({ value: each, label: each }),
            )}
          />
        </Form.Item>
        <Form.Item label={t("admin.quiet")} extra={t("admin.quietHelp")}>
          <Checkbox
            checked={quiet !== null}
            onChange={(event) =>
              setQuiet(event.target.checked ? { from: "22:00", until: "08:00" } : null)
            }
          >
            {t("admin.quietOn")}
          </Checkbox>
          {quiet && (
            <div className="inline-fields">
              <Part id="quiet-from" label={t("admin.from")}>
                <TimeOfDay
                  {...part("quiet-from", t("admin.from"))}
                  value={quiet.from}
                  onChange={(from) => setQuiet({ ...quiet, from: String(from ?? quiet.from) })}
                />
              </Part>
              <Part id="quiet-until" label={t("admin.to")}>
                <TimeOfDay
                  {...part("quiet-until", t("admin.to"))}
                  value={quiet.until}
                  onChange={(until) => setQuiet({ ...quiet, until: String(until ?? quiet.until) })}
                />
              </Part>
            </div>
          )}
        </Form.Item>
        <Form.Item label={t("admin.cap")} extra={t("admin.capHelp")}>
          <Checkbox
            checked={cap !== null}
            onChange={(event) => setCap(event.target.checked ? { limit: 2, within: "P7D" } : null)}
          >
            {t("admin.capOn")}
          </Checkbox>
          {cap && (
            <div className="inline-fields">
              <Part id="cap-within" label={t("admin.within")}>
                <Duration
                  {...part("cap-within", t("admin.within"))}
                  value={cap.within}
                  onChange={(within) => setCap({ ...cap, within: String(within ?? cap.within) })}
                />
              </Part>
              <Part id="cap-limit" label={t("admin.atMost")}>
                <InputNumber
                  id="cap-limit"
                  min={1}
                  max={1000}
                  precision={0}
                  value={cap.limit}
                  onChange={(limit) => setCap({ ...cap, limit: limit ?? cap.limit })}
                />
              </Part>
            </div>
          )}
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={update.isPending}>
          {t("word.save")}
        </Button>
      </Form>
    </Card>
  )
}

const part = (id: string, label: string) => ({
  id,
  label,
  schema: {},
  isReadOnly: false,
  isRequired: true,
  hasFault: false,
  path: [],
})

function Part({ id, label, children }: { id: string; label: string; children: React.ReactNode }) {
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  )
}
