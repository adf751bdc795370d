import { BellOutlined, BulbOutlined, DownOutlined, UserOutlined } from "@ant-design/icons"
import { useQueryClient } from "@tanstack/react-query"
import { Badge, Button, Dropdown, Empty, Flex, Popover, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { Link, useNavigate } from "react-router"
import { useAct } from "@/api/act"
import { rowsOf, useList, useRead } from "@/api/queries"
import { useKeepSession, useSession } from "@/api/session"
import { setLanguage } from "@/text/set-up"
import { When } from "@/text/When"
import { type Look, useLook } from "./theme"

export function LanguageSwitch() {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const change = async () => {
    await setLanguage(i18n.language === "en" ? "zh-CN" : "en")
    // The server's words come in the language of the call.
    await client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" })
  }
  return (
    <Button type="text" aria-label={t("head.languageLabel")} onClick={() => void change()}>
      {t("head.language")}
    </Button>
  )
}

export function LookMenu() {
  const { t } = useTranslation()
  const { look, setLook } = useLook()
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectable: true,
        selectedKeys: [look],
        items: (["light", "dark", "system"] as const).map((each) => ({
          key: each,
          label: t(`head.${each}`),
        })),
        onClick: ({ key }) => setLook(key as Look),
      }}
    >
      <Button type="text" icon={<BulbOutlined />} aria-label={t("head.look")} />
    </Dropdown>
  )
}

export function Notices() {
  const { t } = useTranslation()
  const list = useList("list_notices", { query: { limit: 20 } }, { every: 60_000 })
  const read = useAct("read_notices", { refresh: ["list_notices"] })
  const notices = rowsOf<"list_notices">(list.data)
  const fresh = notices.filter((notice) => !notice.read_at)
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={
        <Flex justify="space-between" align="center">
          {t("head.notices")}
          {fresh.length > 0 && (
            <Button
              type="link"
              size="small"
              onClick={() => read.mutate({ body: { ids: fresh.map((notice) => notice.id) } })}
            >
              {t("head.allRead")}
            </Button>
          )}
        </Flex>
      }
      content={
        <div className="notices">
          {notices.length === 0 && (
            <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("head.noNotices")} />
          )}
          {notices.map((notice) => (
            <div key={notice.id} className="notice">
              <Typography.Text strong={!notice.read_at}>
                {placeOf(notice) ? <Link to={placeOf(notice)}>{notice.title}</Link> : notice.title}
              </Typography.Text>
              <Typography.Paragraph type="secondary" ellipsis={{ rows: 3 }}>
                {notice.body}
              </Typography.Paragraph>
              <Typography.Text type="secondary">
                <When at={notice.at} />
              </Typography.Text>
            </div>
          ))}
        </div>
      }
    >
      <Badge count={fresh.length} size="small" offset={[-6, 6]}>
        <Button type="text" icon={<BellOutlined />} aria-label={t("head.notices")} />
      </Badge>
    </Popover>
  )
}

/** Where a notice leads within the house: its run, else its own link; nowhere outside. */
function placeOf(notice: { run_id: string | null; link: string | null }): string {
  if (notice.run_id) return `/runs/${notice.run_id}`
  return notice.link && /^\/(?!\/)/.test(notice.link) ? notice.link : ""
}

export function PersonMenu() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const session = useSession()
  const company = useRead("read_settings", {}).data?.name
  const keep = useKeepSession()
  const signOut = useAct("sign_out", { done: () => keep(null) })
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          { key: "account", label: t("head.account") },
          { type: "divider" },
          { key: "out", label: t("head.signOut") },
        ],
        onClick: ({ key }) => (key === "out" ? signOut.mutate({}) : void navigate("/account")),
      }}
    >
      <Button type="text" icon={<UserOutlined />}>
        <span className="person">
          {session?.user.name}
          {company && <Typography.Text type="secondary">{company}</Typography.Text>}
        </span>
        <DownOutlined />
      </Button>
    </Dropdown>
  )
}
