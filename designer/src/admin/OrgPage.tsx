import { PlusOutlined } from "@ant-design/icons"
import { App, Button, Card, Empty, Flex, Form, Input, Modal, Select, Tree, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useAct } from "@/api/act"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Unit, UnitFields } from "@/api/types"
import { Page } from "@/ui/Page"
import { treeOf } from "./tree"
import { UnitSelect } from "./UnitSelect"

const KINDS = ["head_office", "region", "store", "department"] as const
const MOST = 200

/** The tree of head office, regions and stores: a role grants acts, the tree grants rows. */
export function OrgPage() {
  const { t } = useTranslation()
  const may = useMay()
  const [chosen, setChosen] = useState<string>()
  const [isNew, setNew] = useState(false)
  const query = useRead("list_org_units", { query: { limit: MOST } })
  return (
    <Page
      title={t("menu.org")}
      about={t("admin.orgAbout")}
      actions={
        may("org.edit") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
            {t("admin.newUnit")}
          </Button>
        )
      }
    >
      <Loaded query={query}>
        {({ items }) => {
          const unit = items.find((each) => each.id === chosen)
          return (
            <div className="two-columns">
              <Card>
                <Tree
                  blockNode
                  defaultExpandAll
                  treeData={treeOf(items)}
                  selectedKeys={chosen ? [chosen] : []}
                  onSelect={([key]) => setChosen(key ? String(key) : undefined)}
                  titleRender={(branch) => (
                    <Flex gap={8}>
                      {branch.unit.name}
                      <Typography.Text type="secondary">
                        {t(`admin.unitKind.${branch.unit.kind}`)}
                      </Typography.Text>
                    </Flex>
                  )}
                />
              </Card>
              {unit ? (
                <UnitCard key={`${unit.id} ${unit.revision}`} unit={unit} />
              ) : (
                <Card>
                  <Empty
                    image={Empty.PRESENTED_IMAGE_SIMPLE}
                    description={t("admin.chooseUnitHint")}
                  />
                </Card>
              )}
            </div>
          )
        }}
      </Loaded>
      {isNew && <NewUnit parent={chosen} close={() => setNew(false)} />}
    </Page>
  )
}

function UnitCard({ unit }: { unit: Unit }) {
  const { t } = useTranslation()
  const may = useMay()
  const { modal } = App.useApp()
  const mayEdit = may("org.edit")
  const refresh = ["list_org_units" as const]
  const path = { unit_id: unit.id }
  const update = useAct("update_org_unit", { said: t("word.saved"), refresh })
  const move = useAct("move_org_unit", { said: t("admin.moved"), refresh })
  const remove = useAct("delete_org_unit", { said: t("admin.unitDeleted"), refresh })
  return (
    <Card
      title={unit.name}
      extra={
        mayEdit &&
        unit.parent_id && (
          <Button
            danger
            onClick={() =>
              void modal.confirm({
                title: t("admin.deleteUnit", { name: unit.name }),
                content: t("admin.deleteUnitAbout"),
                okText: t("word.delete"),
                okButtonProps: { danger: true },
                cancelText: t("word.cancel"),
                onOk: () => remove.mutateAsync({ path }).catch(() => undefined),
              })
            }
          >
            {t("word.delete")}
          </Button>
        )
      }
    >
      <Form<UnitFields>
        layout="vertical"
        requiredMark={false}
        disabled={!mayEdit}
        initialValues={unit}
        onFinish={(body) =>
          update.mutate({
            path,
            match: unit.revision,
            body: {
              ...body,
              head_id: body.head_id ?? null,
              external_id: body.external_id || null,
              place: unit.place,
              area: unit.area,
            },
          })
        }
      >
        <UnitFormFields />
        {mayEdit && (
          <Button type="primary" htmlType="submit" loading={update.isPending}>
            {t("word.save")}
          </Button>
        )}
      </Form>
      {mayEdit && unit.parent_id && (
        <Form layout="vertical" className="section-head" component="div">
          <Form.Item label={t("admin.parent")} extra={t("admin.moveHelp")}>
            <UnitSelect
              label={t("admin.parent")}
              isNeeded
              value={unit.parent_id}
              onChange={(parent_id) =>
                parent_id && move.mutate({ path, match: unit.revision, body: { parent_id } })
              }
            />
          </Form.Item>
        </Form>
      )}
    </Card>
  )
}

function UnitFormFields() {
  const { t } = useTranslation()
  const may = useMay()
  const people = useRead("list_users", { query: { limit: 200 } }, { enabled: may("users.read") })
  return (
    <>
      <Form.Item
        name="name"
        label={t("word.name")}
        rules={[{ required: true, whitespace: true, message: t("forms.required") }]}
      >
        <Input maxLength={120} />
      </Form.Item>
      <Form.Item name="kind" label={t("admin.kind")} rules={[{ required: true }]}>
        <Select
          options={KINDS.map((each) => ({ value: each, label: t(`admin.unitKind.${each}`) }))}
        />
      </Form.Item>
      <Form.Item name="head_id" label={t("admin.head")} extra={t("admin.headHelp")}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          options={(people.data?.items ?? []).map((each) => ({ value: each.id, label: each.name }))}
        />
      </Form.Item>
      <Form.Item name="external_id" label={t("admin.externalId")} extra={t("admin.externalIdHelp")}>
        <Input maxLength={120} />
      </Form.Item>
    </>
  )
}

function NewUnit({ parent, close }: { parent: string | undefined; close: () => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<UnitFields & { parent_id: string }>()
  const create = useAct("create_org_unit", {
    said: t("word.saved"),
    refresh: ["list_org_units"],
    done: close,
  })
  return (
    <Modal
      open
      title={t("admin.newUnit")}
      okText={t("word.create")}
      cancelText={t("word.cancel")}
      confirmLoading={create.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ kind: "store", parent_id: parent }}
        onFinish={(body) => create.mutate({ body })}
      >
        <Form.Item
          name="parent_id"
          label={t("admin.parent")}
          rules={[{ required: true, message: t("forms.required") }]}
        >
          <UnitSelect isNeeded />
        </Form.Item>
        <UnitFormFields />
      </Form>
    </Modal>
  )
}
