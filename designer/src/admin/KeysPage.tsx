import { PlusOutlined } from "@ant-design/icons"
import { App, Button, Checkbox, DatePicker, Flex, Form, Input, Modal, Tag, Typography } from "antd"
import type { Dayjs } from "dayjs"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Refused } from "@/api/Fault"
import { useList, useRead } from "@/api/queries"
import { Rows } from "@/api/Rows"
import { useMay, useSession } from "@/api/session"
import type { Key } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { When } from "@/text/When"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { StatusTag } from "@/ui/StatusTag"
import { useActNames } from "./acts"

/** Keys that let other programs call the API. */
export function KeysPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [isNew, setNew] = useState(false)
  const actName = useActNames()
  const list = useList("list_keys", { query: { limit: 50 } })
  return (
    <Page
      title={t("menu.keys")}
      about={
        <>
          {t("admin.keysAbout")}{" "}
          <a href="/api/docs" target="_blank" rel="noreferrer">
            {t("admin.apiDocs")}
          </a>
        </>
      }
      actions={
        may("keys.edit") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
            {t("admin.newKey")}
          </Button>
        )
      }
    >
      <Rows
        query={list}
        rowKey="id"
        empty={<Typography.Text type="secondary">{t("admin.noKeys")}</Typography.Text>}
        columns={[
          { title: t("word.name"), dataIndex: "name" },
          {
            title: t("admin.acts"),
            render: (_, row) => (
              <Flex gap={4} wrap>
                {row.scopes.map((each) => (
                  <Tag key={each} variant="filled">
                    {actName.of(each)}
                  </Tag>
                ))}
              </Flex>
            ),
          },
          { title: t("word.status"), render: (_, row) => <KeyStatus row={row} /> },
          { title: t("admin.usedAt"), render: (_, row) => <When at={row.used_at} /> },
          {
            title: t("admin.until"),
            render: (_, row) => (row.until ? <When at={row.until} /> : t("admin.noEnd")),
          },
          { title: t("word.actions"), render: (_, row) => <Revoke row={row} /> },
        ]}
      />
      {isNew && <NewKey close={() => setNew(false)} />}
    </Page>
  )
}

const isOver = (row: Key) => row.until !== null && Date.parse(row.until) < Date.now()

function KeyStatus({ row }: { row: Key }) {
  const { t } = useTranslation()
  const state = row.revoked_at ? "revoked" : isOver(row) ? "over" : "valid"
  return (
    <StatusTag tone={state === "valid" ? "good" : "none"}>
      {t(`admin.keyStatus.${state}`)}
    </StatusTag>
  )
}

function Revoke({ row }: { row: Key }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const revoke = useAct("revoke_key", { said: t("admin.revoked"), refresh: ["list_keys"] })
  if (row.revoked_at || !may("keys.edit")) return null
  return (
    <Button
      size="small"
      danger
      onClick={() =>
        void modal.confirm({
          title: t("admin.revokeTitle", { name: row.name }),
          content: t("admin.revokeAbout"),
          okText: t("admin.revoke"),
          okButtonProps: { danger: true },
          cancelText: t("word.cancel"),
          onOk: () => revoke.mutateAsync({ path: { key_id: row.id } }).catch(() => undefined),
        })
      }
    >
      {t("admin.revoke")}
    </Button>
  )
}

interface Values {
  name: string
  scopes: string[]
  until?: Dayjs | null
}

function NewKey({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const [form] = Form.useForm<Values>()
  const own = useSession()?.acts ?? []
  const acts = useRead("list_acts", {})
  const create = useAct("create_key", {
    quiet: true,
    refresh: ["list_keys"],
    done: (made) => {
      close()
      void modal.success({
        title: t("admin.keyMade"),
        content: (
          <>
            <p>{t("admin.keyOnce")}</p>
            <CopyText text={made.secret} />
          </>
        ),
        okText: t("admin.keyKept"),
        width: 560,
      })
    },
  })
  return (
    <Modal
      open
      width={560}
      title={t("admin.newKey")}
      okText={t("admin.newKeyGo")}
      cancelText={t("word.cancel")}
      confirmLoading={create.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={({ name, scopes, until }) =>
          create.mutate({ body: { name, scopes, until: until?.toISOString() ?? null } })
        }
      >
        <Form.Item
          name="name"
          label={t("word.name")}
          extra={t("admin.keyNameHelp")}
          rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
        >
          <Input autoFocus maxLength={120} />
        </Form.Item>
        <Form.Item name="until" label={t("admin.until")}>
          <DatePicker showTime className="wide" />
        </Form.Item>
        <Form.Item
          name="scopes"
          label={t("admin.acts")}
          rules={[{ required: true, type: "array", min: 1, message: t("admin.scopesNeeded") }]}
        >
          <Checkbox.Group className="act-list">
            {(acts.data?.items ?? [])
              .filter((each) => own.includes(each.act))
              .map((each) => (
                <Checkbox key={each.act} value={each.act}>
                  {languageNow() === "en" ? each.name.en : each.name.zh}{" "}
                  <Typography.Text type="secondary">{each.act}</Typography.Text>
                </Checkbox>
              ))}
          </Checkbox.Group>
        </Form.Item>
      </Form>
      <Refused fault={create.error} />
    </Modal>
  )
}
