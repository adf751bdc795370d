import { Button, Card, Flex, Form, Input, List, Select, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import type { Self, User } from "@/api/types"
import { setLanguage } from "@/text/set-up"
import { When } from "@/text/When"
import { Page } from "@/ui/Page"
import { PasswordForm } from "./PasswordForm"
import { SecondFactor } from "./SecondFactor"

/** Oneself: name, language, zone, password, second factor, where one is signed in. */
export function AccountPage() {
  const { t } = useTranslation()
  const me = useRead("read_me", {})
  return (
    <Page title={t("head.account")} about={t("account.about")}>
      <Loaded query={me}>
        {(user) => (
          <Flex vertical gap={16} className="narrow">
            <Card title={t("account.self")}>
              <SelfForm key={user.revision} user={user} />
            </Card>
            <Card title={t("account.secondFactor")} id="second-factor">
              <SecondFactor isOn={user.has_second_factor} />
            </Card>
            <Card title={t("account.password")}>
              <PasswordForm />
            </Card>
            <Card title={t("account.sessions")}>
              <Sessions />
            </Card>
          </Flex>
        )}
      </Loaded>
    </Page>
  )
}

function SelfForm({ user }: { user: User }) {
  const { t } = useTranslation()
  const update = useAct("update_me", {
    said: t("word.saved"),
    refresh: ["read_me", "session" as never],
    done: (now) => void setLanguage(now.locale === "en" ? "en" : "zh-CN"),
  })
  return (
    <Form<Self>
      layout="vertical"
      requiredMark={false}
      initialValues={user}
      onFinish={(body) =>
        update.mutate({ match: user.revision, body: { ...body, zone: body.zone ?? null } })
      }
    >
      <Form.Item label={t("signIn.login")}>
        <Typography.Text>{user.login}</Typography.Text>
      </Form.Item>
      <Form.Item
        name="name"
        label={t("word.name")}
        rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
      >
        <Input maxLength={120} />
      </Form.Item>
      <Form.Item name="locale" label={t("account.language")}>
        <Select
          options={[
            { value: "zh", label: "简体中文" },
            { value: "en", label: "English" },
          ]}
        />
      </Form.Item>
      <Form.Item name="zone" label={t("account.zone")} extra={t("account.zoneHelp")}>
        <Select
          allowClear
          showSearch
          options={Intl.supportedValuesOf("timeZone").map((each) => ({ value: each, label: each }))}
        />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={update.isPending}>
        {t("word.save")}
      </Button>
    </Form>
  )
}

function Sessions() {
  const { t } = useTranslation()
  const query = useRead("list_my_sessions", {})
  const end = useAct("end_my_other_sessions", {
    said: t("account.ended"),
    refresh: ["list_my_sessions"],
  })
  return (
    <Loaded query={query}>
      {({ items }) => (
        <>
          <List
            dataSource={items}
            rowKey="created_at"
            renderItem={(each) => (
              <List.Item>
                <List.Item.Meta
                  title={each.is_this ? t("account.thisOne") : (each.address ?? "—")}
                  description={
                    <>
                      {each.agent ?? ""}
                      <br />
                      {t("account.seen")} <When at={each.seen_at} />
                    </>
                  }
                />
              </List.Item>
            )}
          />
          {items.length > 1 && (
            <Button loading={end.isPending} onClick={() => end.mutate({})}>
              {t("account.endOthers")}
            </Button>
          )}
        </>
      )}
    </Loaded>
  )
}
