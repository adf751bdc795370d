import { Input, Select } from "antd"
import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { useRead } from "@/api/queries"
import { useMay } from "@/api/session"
import type { Schema } from "@/flow/catalog"
import type { JsonObject } from "@/flow/types"
import { shortTime } from "@/text/format"
import { useDocument, useEditor, useEditorSession } from "../context"
import { fitted } from "./fit"
import { sampleEvent, startTypes } from "./sample"
import { readEvent, writeEvent } from "./useSample"

/** Which event is looked at and tried: one made from the schema, a real one, or a case's. */
export function SampleChoice() {
  const { session, blocks, catalog } = useEditor()
  const { t } = useTranslation()
  const may = useMay()
  const flow = useDocument((state) => state.flow)
  const text = useEditorSession((one) => one.eventText)
  const types = useMemo(
    () => startTypes(flow, (type) => blocks.get(type)?.kind === "trigger"),
    [flow, blocks],
  )
  const now = readEvent(text)?.type
  const type = typeof now === "string" ? now : (types[0] ?? "")
  const past = useRead(
    "list_events",
    { query: { type, limit: 20 } },
    { enabled: type !== "" && may("events.read") },
  )
  const take = (event: object) => session.setState({ eventText: writeEvent(event) })
  const takeMade = async (wanted: string) => {
    const path = { name: wanted }
    try {
      take(fitted((await call("read_sample_event", { path })) as JsonObject, flow))
    } catch {
      // Own types have no sample: one is made of their schema.
      take(fitted(sampleEvent(wanted, (await call("read_schema", { path })) as Schema), flow))
    }
  }
  const takePast = async (id: string) => {
    const { type, data, subject, time } = await call("read_one_event", { path: { event_id: id } })
    take({ type, subject, time, data })
  }
  const labelOf = (one: string) =>
    catalog.event_types.find((known) => known.type === one)?.label ?? one
  const options = [
    {
      label: t("editor.trial.made"),
      options: types
        .filter((one) => !one.endsWith("*"))
        .map((one) => ({ value: `made ${one}`, label: labelOf(one) })),
    },
    {
      label: t("editor.trial.ofCases"),
      options: (flow.cases ?? []).map((one) => ({ value: `case ${one.name}`, label: one.name })),
    },
    {
      label: t("editor.trial.past"),
      options: (past.data?.items ?? []).map((one) => ({
        value: `past ${one.id}`,
        label: `${one.subject || one.external_id} · ${shortTime(one.time)}`,
      })),
    },
  ].filter((group) => group.options.length > 0)
  const choose = (value: string | null) => {
    const [kind, ...rest] = (value ?? "").split(" ")
    const name = rest.join(" ")
    if (kind === "made") void takeMade(name)
    else if (kind === "past") void takePast(name)
    else if (kind === "case") {
      const found = flow.cases?.find((one) => one.name === name)
      if (found) take(found.event)
    }
  }
  return (
    <Select<string | null>
      size="small"
      className="sample-choice"
      aria-label={t("editor.trial.choose")}
      placeholder={t("editor.trial.choose")}
      value={null}
      options={options}
      popupMatchSelectWidth={320}
      onChange={choose}
    />
  )
}

/** The event itself, to be changed by whoever reads it. */
export function SampleText() {
  const { session } = useEditor()
  const { t } = useTranslation()
  const text = useEditorSession((one) => one.eventText)
  return (
    <Input.TextArea
      className="simulate-event"
      aria-label={t("editor.trial.event")}
      spellCheck={false}
      value={text}
      status={readEvent(text) === null ? "error" : ""}
      onChange={(change) => session.setState({ eventText: change.target.value })}
    />
  )
}
