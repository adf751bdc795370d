import { useQuery } from "@tanstack/react-query"
import { Alert, App, Button, Card, Flex, Form, Input, Segmented, Tag, Typography } from "antd"
import { useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, useNavigate, useParams } from "react-router"
import { useAct } from "@/api/act"
import { callWithTag } from "@/api/client"
import { Details, sentenceOf } from "@/api/Fault"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { TypeShown } from "@/api/types"
import { UsesList } from "@/api/Uses"
import type { JsonObject } from "@/flow/types"
import { CopyText } from "@/ui/CopyText"
import { Page } from "@/ui/Page"
import { labelOf } from "./EventTypesPage"
import { FieldRows } from "./FieldRows"
import { recordOf, type Shape, schemaFrom, shapeFrom, TYPE, wrongKeys } from "./schema"
import { TryCard } from "./TryCard"
import "./eventTypes.css"

/** One own event type, or a new one. */
export function EventTypePage() {
  const { type = "" } = useParams()
  const isNew = type === "new"
  const query = useQuery({
    queryKey: ["read_event_type", type, "with tag"],
    queryFn: () => callWithTag("read_event_type", { path: { type } }),
    enabled: !isNew,
  })
  if (isNew) return <EventType held={null} tag="" />
  return (
    <Loaded query={query}>
      {({ value, tag }) => <EventType key={tag} held={value} tag={tag} />}
    </Loaded>
  )
}

const EMPTY: Shape = { fields: [], hasId: true, hasIdentities: true }

function EventType({ held, tag }: { held: TypeShown | null; tag: string }) {
  const { t } = useTranslation()
  const may = useMay()
  const isReadOnly = !may("flows.edit")
  const [type, setType] = useState(held?.type ?? "")
  const [zh, setZh] = useState(held?.label.zh ?? "")
  const [en, setEn] = useState(held?.label.en ?? "")
  const content = useContent(held, recordOf(type) || "record")
  const keep = useKeep(held, tag)
  const isTyped = TYPE.test(type)
  const isReady = isTyped && zh.trim() !== "" && content.isReady
  const isChanged = !held || zh !== held.label.zh || en !== held.label.en || content.isChanged
  return (
    <Page
      title={held ? labelOf(held) : t("eventTypes.new")}
      about={
        <Flex gap={8} wrap>
          <Link to="/admin/event-types">{t("menu.eventTypes")}</Link>
          {held && <CopyText text={held.type} />}
        </Flex>
      }
      actions={
        !isReadOnly && (
          <>
            {held && isChanged && <Tag color="warning">{t("eventTypes.leave")}</Tag>}
            {held && <DeleteButton held={held} tag={tag} />}
            <Button
              type="primary"
              loading={keep.isBusy}
              disabled={!isReady || !isChanged}
              onClick={() =>
                keep.go(type, { zh: zh.trim(), en: en.trim() || zh.trim() }, content.schema)
              }
            >
              {held ? t("eventTypes.save") : t("eventTypes.make")}
            </Button>
          </>
        )
      }
    >
      {isReadOnly && (
        <Alert type="info" showIcon className="section-head" title={t("eventTypes.readOnly")} />
      )}
      {keep.fault && (
        <Alert
          type="error"
          showIcon
          className="section-head"
          title={sentenceOf(keep.fault)}
          description={<Details fault={keep.fault} />}
        />
      )}
      <div className="two-columns">
        <Flex vertical gap={16}>
          <Card>
            <Form layout="vertical" component="div">
              {!held && (
                <Form.Item
                  label={t("eventTypes.type")}
                  htmlFor="event-type"
                  required
                  validateStatus={type && !isTyped ? "error" : ""}
                  extra={type && !isTyped ? t("eventTypes.typeWrong") : t("eventTypes.typeHelp")}
                >
                  <Input
                    id="event-type"
                    className="code-input"
                    placeholder="testdrive.done"
                    value={type}
                    onChange={(event) => setType(event.target.value.trim())}
                  />
                </Form.Item>
              )}
              <Form.Item label={t("eventTypes.zh")} htmlFor="event-zh" required>
                <Input
                  id="event-zh"
                  maxLength={60}
                  disabled={isReadOnly}
                  value={zh}
                  onChange={(event) => setZh(event.target.value)}
                />
              </Form.Item>
              <Form.Item label={t("eventTypes.en")} htmlFor="event-en">
                <Input
                  id="event-en"
                  maxLength={60}
                  disabled={isReadOnly}
                  placeholder={zh}
                  value={en}
                  onChange={(event) => setEn(event.target.value)}
                />
              </Form.Item>
            </Form>
          </Card>
          <Content content={content} type={type} isReadOnly={isReadOnly} />
          {held && <Uses held={held} isNarrow={content.isChanged} />}
        </Flex>
        <TryCard type={type} schema={content.schema} />
      </div>
    </Page>
  )
}

type ContentState = ReturnType<typeof useContent>

/** What is in the event: a table of fields, or JSON Schema where that is not enough. */
function useContent(held: TypeShown | null, record: string) {
  const before = (held?.schema ?? null) as JsonObject | null
  const [shape, setShape] = useState<Shape | null>(() =>
    before ? shapeFrom(record, before) : EMPTY,
  )
  const [text, setText] = useState(() => JSON.stringify(before ?? {}, null, 2))
  const [isText, setIsText] = useState(shape === null)
  const written = useMemo(() => readSchema(text), [text])
  const schema: JsonObject = useMemo(
    () => (isText || !shape ? (written ?? {}) : schemaFrom(record, shape)),
    [isText, shape, written, record],
  )
  const asText = () => {
    setText(JSON.stringify(schema, null, 2))
    setIsText(true)
  }
  const asFields = () => {
    const found = written && shapeFrom(record, written)
    if (!found) return
    setShape(found)
    setIsText(false)
  }
  const canBeFields = !isText || (written !== null && shapeFrom(record, written) !== null)
  const isReady = isText ? written !== null : shape !== null && wrongKeys(shape).size === 0
  // As it was drawn first: looking at a table as text changes nothing.
  const [first] = useState(() => JSON.stringify(schema))
  return {
    shape,
    setShape,
    text,
    setText,
    isText,
    asText,
    asFields,
    canBeFields,
    schema,
    isReady,
    isChanged: JSON.stringify(schema) !== first,
    written,
  }
}

function readSchema(text: string): JsonObject | null {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === "object" && found !== null && !Array.isArray(found)
      ? (found as JsonObject)
      : null
  } catch {
    return null
  }
}

interface ContentProps {
  content: ContentState
  type: string
  isReadOnly: boolean
}

function Content({ content, type, isReadOnly }: ContentProps) {
  const { t } = useTranslation()
  const name = recordOf(type) || "…"
  const field = content.shape?.fields[0]?.key || "id"
  return (
    <Card title={t("eventTypes.record", { name })}>
      <Segmented
        className="content-kind"
        value={content.isText ? "text" : "fields"}
        options={[
          { value: "fields", label: t("eventTypes.asFields"), disabled: !content.canBeFields },
          { value: "text", label: t("eventTypes.asJson") },
        ]}
        onChange={(next) => (next === "text" ? content.asText() : content.asFields())}
      />
      {content.isText && !content.canBeFields && (
        <Typography.Paragraph type="secondary" className="section-head">
          {t("eventTypes.onlyJson")}
        </Typography.Paragraph>
      )}
      {content.isText || !content.shape ? (
        <>
          <Input.TextArea
            className="code-input section-head"
            aria-label={t("eventTypes.schema")}
            spellCheck={false}
            disabled={isReadOnly}
            autoSize={{ minRows: 8, maxRows: 28 }}
            status={content.written ? "" : "error"}
            value={content.text}
            onChange={(event) => content.setText(event.target.value)}
          />
          {!content.written && (
            <Typography.Text type="danger">{t("eventTypes.schemaWrong")}</Typography.Text>
          )}
        </>
      ) : (
        <>
          <Typography.Paragraph type="secondary" className="section-head">
            {t("eventTypes.recordHelp", { name, field })}
          </Typography.Paragraph>
          <FieldRows shape={content.shape} onChange={content.setShape} isReadOnly={isReadOnly} />
        </>
      )}
    </Card>
  )
}

function useKeep(held: TypeShown | null, tag: string) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const add = useAct("add_event_type", {
    quiet: true,
    refresh: ["list_event_types", "read_catalog"],
    done: (made) => {
      void message.success(t("eventTypes.made"))
      void navigate(`/admin/event-types/${made.type}`, { replace: true })
    },
  })
  const change = useAct("change_event_type", {
    quiet: true,
    said: t("eventTypes.saved"),
    refresh: ["list_event_types", "read_event_type", "read_catalog"],
  })
  const go = (type: string, label: { zh: string; en: string }, schema: JsonObject) =>
    held
      ? change.mutate({ path: { type }, match: tag, body: { label, schema } })
      : add.mutate({ body: { type, label, schema } })
  return { go, isBusy: add.isPending || change.isPending, fault: add.error ?? change.error }
}

function Uses({ held, isNarrow }: { held: TypeShown; isNarrow: boolean }) {
  const { t } = useTranslation()
  const query = useRead("list_event_type_uses", { path: { type: held.type } })
  return (
    <Card title={t("eventTypes.uses")}>
      <Loaded query={query}>
        {({ items }) => (
          <>
            {isNarrow && items.some((one) => one.is_live) && (
              <Alert type="warning" showIcon title={t("eventTypes.narrow")} />
            )}
            <UsesList items={items} empty={t("eventTypes.noUses")} />
          </>
        )}
      </Loaded>
    </Card>
  )
}

function DeleteButton({ held, tag }: { held: TypeShown; tag: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { modal } = App.useApp()
  const path = { type: held.type }
  const uses = useRead("list_event_type_uses", { path })
  const isUsed = uses.data?.items.some((one) => one.is_live) ?? false
  const remove = useAct("delete_event_type", {
    said: t("eventTypes.deleted"),
    refresh: ["list_event_types", "read_catalog"],
    done: () => void navigate("/admin/event-types", { replace: true }),
  })
  return (
    <Button
      danger
      disabled={isUsed}
      title={isUsed ? t("eventTypes.deleteInUse") : ""}
      onClick={() =>
        void modal.confirm({
          title: t("eventTypes.deleteTitle", { name: labelOf(held) }),
          content: t("eventTypes.deleteAbout"),
          okText: t("eventTypes.delete"),
          okButtonProps: { danger: true },
          cancelText: t("word.cancel"),
          onOk: () => remove.mutateAsync({ path, match: tag }).catch(() => undefined),
        })
      }
    >
      {t("word.delete")}
    </Button>
  )
}
