import { useQuery } from "@tanstack/react-query"
import { Alert, App, Card, Flex, Form, Input } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useNavigate, useParams } from "react-router"
import { useAct } from "@/api/act"
import { callWithTag } from "@/api/client"
import { DeleteButton, KeptPage } from "@/api/KeptPage"
import { Loaded } from "@/api/Loaded"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { TypeShown } from "@/api/types"
import { Uses } from "@/api/Uses"
import type { JsonObject } from "@/flow/types"
import { TextItem } from "@/ui/TextItem"
import { Content, useContent } from "./Content"
import { labelOf } from "./EventTypesPage"
import { recordOf, TYPE } from "./schema"
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
    <KeptPage
      title={held ? labelOf(held) : t("eventTypes.new")}
      list={{ path: "/admin/event-types", name: t("menu.eventTypes") }}
      name={held?.type ?? null}
      readOnly={isReadOnly && t("eventTypes.readOnly")}
      isChanged={isChanged}
      isReady={isReady}
      go={t(held ? "eventTypes.save" : "eventTypes.make")}
      keep={{
        ...keep,
        go: () => keep.go(type, { zh: zh.trim(), en: en.trim() || zh.trim() }, content.schema),
      }}
      remove={held && <Remove held={held} tag={tag} />}
    >
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
              <TextItem
                id="event-zh"
                label={t("eventTypes.zh")}
                maxLength={60}
                isRequired
                isReadOnly={isReadOnly}
                value={zh}
                onChange={setZh}
              />
              <TextItem
                id="event-en"
                label={t("eventTypes.en")}
                maxLength={60}
                isReadOnly={isReadOnly}
                placeholder={zh}
                value={en}
                onChange={setEn}
              />
            </Form>
          </Card>
          <Content content={content} type={type} isReadOnly={isReadOnly} />
          {held && <UsesOf held={held} isNarrow={content.isChanged} />}
        </Flex>
        <TryCard type={type} schema={content.schema} />
      </div>
    </KeptPage>
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

function UsesOf({ held, isNarrow }: { held: TypeShown; isNarrow: boolean }) {
  const { t } = useTranslation()
  const query = useRead("list_event_type_uses", { path: { type: held.type } })
  return (
    <Uses
      query={query}
      title={t("eventTypes.uses")}
      empty={t("eventTypes.noUses")}
      warning={(items) =>
        isNarrow &&
        items.some((one) => one.is_live) && (
          <Alert type="warning" showIcon title={t("eventTypes.narrow")} />
        )
      }
    />
  )
}

function Remove({ held, tag }: { held: TypeShown; tag: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const path = { type: held.type }
  const uses = useRead("list_event_type_uses", { path })
  const isUsed = uses.data?.items.some((one) => one.is_live) ?? false
  const remove = useAct("delete_event_type", {
    said: t("eventTypes.deleted"),
    refresh: ["list_event_types", "read_catalog"],
    done: () => void navigate("/admin/event-types", { replace: true }),
  })
  return (
    <DeleteButton
      inUse={isUsed && t("eventTypes.deleteInUse")}
      title={t("eventTypes.deleteTitle", { name: labelOf(held) })}
      about={t("eventTypes.deleteAbout")}
      go={t("eventTypes.delete")}
      remove={() => remove.mutateAsync({ path, match: tag })}
    />
  )
}
