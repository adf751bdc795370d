import { DeleteOutlined, LockOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Checkbox, Input, Select, Tooltip, Typography } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useMay } from "@/api/session"
import { isRecord } from "@/flow/ports"
import type { JsonObject } from "@/flow/types"
import { Padlock } from "@/forms/flow/Padlock"
import { languageNow } from "@/text/set-up"
import { useDocument, useEditor } from "../context"
import { AskChange, type Wished } from "./AskChange"
import { FIRST, ParamDefault, TYPES } from "./ParamDefault"
import { below, useFlowLocks } from "./useFlowLocks"

/** The flow's parameters: figures one may set without touching the flow; locked ones by head office. */
export function Params({ readOnly }: { readOnly: boolean }) {
  const { store, flowKey } = useEditor()
  const { t } = useTranslation()
  const may = useMay()
  const locks = useFlowLocks()
  const [wished, setWished] = useState<Wished | null>(null)
  const lockOf = (name: string) =>
    locks.find((lock) =>
      lock.of === "params"
        ? below(lock.pointer, `/${name}`) !== null
        : below(lock.pointer, `/params/properties/${name}`) !== null,
    )
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
        const lock = lockOf(name)
        // Head office's own lock holds for its owner too; the mark only for who is not head office.
        const isHeld = lock !== undefined || (isLocked && !may("settings.edit"))
        const ask = () => {
          if (!lock) return
          const { of, pointer, owner, until } = lock
          setWished({ of: of as "flow", pointer, owner, until, now: schema.default })
        }
        return (
          <div key={name} className="param">
            <Input
              aria-label={t("editor.params.label")}
              placeholder={t("editor.params.label")}
              value={titleIn(schema, name)}
              disabled={readOnly || isHeld}
              onChange={(event) => change(name, { title: event.target.value })}
            />
            <Tooltip title={t("editor.params.lock")}>
              <Checkbox
                className="param-lock"
                checked={isLocked}
                disabled={readOnly || isHeld}
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
              disabled={readOnly || isHeld}
              onClick={() => {
                const { [name]: _, ...rest } = held
                keep(rest)
              }}
            />
            <Select
              aria-label={t("editor.params.type")}
              value={type}
              disabled={readOnly || isHeld}
              options={TYPES.map((one) => ({ value: one, label: t(`editor.params.types.${one}`) }))}
              onChange={(next) => change(name, { type: next, default: FIRST[next] ?? "" })}
            />
            <ParamDefault
              type={type}
              value={schema.default}
              isDisabled={readOnly || isHeld}
              onChange={(next) => change(name, { default: next })}
            />
            <code>params.{name}</code>
            {(lock || isHeld) && (
              <div className="param-held">
                <Padlock
                  lock={{
                    path: `/${name}`,
                    owner: lock?.owner ?? t("editor.params.headOffice"),
                    placedBy: lock?.placed_by ?? "",
                    reason: lock?.reason ?? "",
                    until: lock?.until ?? null,
                    ask: lock && may("flows.edit") ? ask : null,
                  }}
                />
              </div>
            )}
          </div>
        )
      })}
      <Button type="dashed" block icon={<PlusOutlined />} disabled={readOnly} onClick={add}>
        {t("editor.params.add")}
      </Button>
      {wished && <AskChange flowKey={flowKey} wished={wished} onClose={() => setWished(null)} />}
    </section>
  )
}

function titleIn(schema: JsonObject, name: string): string {
  const said = schema.title ?? schema["x-title"]
  if (isRecord(said)) return String((languageNow() === "en" ? said.en : said.zh) ?? name)
  return typeof said === "string" ? said : name
}
