import { DeleteOutlined, LockOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Checkbox, Input, Select, Tooltip, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { isRecord } from "@/flow/ports"
import type { Json, JsonObject } from "@/flow/types"
import { useDocument, useEditor } from "../context"

const TYPES = ["number", "string", "boolean"] as const

/** The flow's parameters: figures one may set without touching the flow; locked ones by head office. */
export function Params({ readOnly }: { readOnly: boolean }) {
  const { store } = useEditor()
  const { t } = useTranslation()
  const params = useDocument((state) => state.flow.params)
  const held = isRecord(params?.properties) ? params.properties : {}
  const keep = (properties: JsonObject, mergeKey?: string) =>
    store.getState().edit(
      "settings",
      (draft) => {
        if (Object.keys(properties).length === 0) delete draft.params
        else draft.params = { type: "object", ...draft.params, properties }
      },
      mergeKey,
    )
  const change = (name: string, more: JsonObject) => {
    const before = held[name]
    const made = { ...(isRecord(before) ? before : {}), ...more }
    keep({ ...held, [name]: made }, `param ${name} ${Object.keys(more).join()}`)
  }
  const add = () => {
    let number = Object.keys(held).length + 1
    while (`param${number}` in held) number += 1
    keep({ ...held, [`param${number}`]: { type: "number", default: 0 } })
  }
  return (
    <section className="params">
      <Typography.Title level={5}>{t("editor.params.title")}</Typography.Title>
      <Typography.Text type="secondary">{t("editor.params.about")}</Typography.Text>
      {Object.entries(held).map(([name, found]) => {
        const schema = isRecord(found) ? found : {}
        const type = typeof schema.type === "string" ? schema.type : "string"
        const isLocked = schema["x-lock"] === true
        return (
          <div key={name} className="param">
            <Input
              aria-label={t("editor.params.label")}
              placeholder={t("editor.params.label")}
              value={titleIn(schema, name)}
              disabled={readOnly}
              onChange={(event) => change(name, { title: event.target.value })}
            />
            <code>params.{name}</code>
            <Select
              aria-label={t("editor.params.type")}
              value={type}
              disabled={readOnly}
              options={TYPES.map((one) => ({ value: one, label: t(`editor.params.types.${one}`) }))}
              onChange={(next) => change(name, { type: next, default: FIRST[next] ?? "" })}
            />
            <Input
              aria-label={t("editor.params.default")}
              placeholder={t("editor.params.default")}
              value={schema.default === undefined ? "" : String(schema.default)}
              disabled={readOnly}
              onChange={(event) => change(name, { default: read(event.target.value, type) })}
            />
            <Tooltip title={t("editor.params.lock")}>
              <Checkbox
                checked={isLocked}
                disabled={readOnly}
                aria-label={t("editor.params.lock")}
                onChange={(event) => change(name, { "x-lock": event.target.checked })}
              >
                <LockOutlined />
              </Checkbox>
            </Tooltip>
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t("word.delete")}
              disabled={readOnly}
              onClick={() => {
                const { [name]: _, ...rest } = held
                keep(rest)
              }}
            />
          </div>
        )
      })}
      <Button type="dashed" block icon={<PlusOutlined />} disabled={readOnly} onClick={add}>
        {t("editor.params.add")}
      </Button>
    </section>
  )
}

const FIRST: { [type: string]: Json } = { number: 0, boolean: false }

function titleIn(schema: JsonObject, name: string): string {
  return typeof schema.title === "string" ? schema.title : name
}

function read(written: string, type: string): Json {
  if (type === "boolean") return written === "true" || written === "是"
  if (type !== "number") return written
  const number = Number(written)
  return written.trim() !== "" && Number.isFinite(number) ? number : written
}
