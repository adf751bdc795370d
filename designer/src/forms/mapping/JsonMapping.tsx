import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Alert, AutoComplete, Button, Flex, Input, Select, Switch, Typography } from "antd"
import { useEffect, useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { Details, sentenceOf } from "@/api/Fault"
import type { TrialShown } from "@/api/types"
import { PartForm } from "../PartForm"
import { defaultsOf, type FormSchema } from "../schema"
import type { WidgetProps } from "../widget"
import { Outcome } from "./Outcome"
import { holdersOf, pointersOf, recordAt } from "./pointers"
import { SAMPLE_JSON } from "./sample"
import { useMappingRoot } from "./surroundings"

interface Row {
  to: string
  at?: string
  kind?: string
  [more: string]: unknown
}

interface Held {
  records?: string
  id?: string
  type?: string
  time?: string
  subject?: string
  fields?: Row[]
  [more: string]: unknown
}

const POINTERS = ["id", "type", "time", "subject"] as const
const PAUSE = 500

/** Plain JSON that somebody pushes onto an event, place by place, with a real record beside it. */
export function JsonMapping({ schema, value, onChange, id, label, isReadOnly }: WidgetProps) {
  const { t } = useTranslation()
  const { root, record } = useMappingRoot()
  const [text, setText] = useState(() => (record ? JSON.stringify(record, null, 2) : SAMPLE_JSON))
  const sample = useMemo(() => parsed(text), [text])
  const isOn = typeof value === "object" && value !== null
  const held = useMemo(() => (isOn ? (value as Held) : {}), [isOn, value])
  const { trial, fault } = useTrial(isOn, held, sample)
  const places = pointersOf(recordAt(sample, held.records ?? "")).map(({ at, value: found }) => ({
    value: at,
    label: `${at}  ${found.slice(0, 40)}`,
  }))
  const rows = held.fields ?? []
  const change = (part: Partial<Held>) => onChange({ ...held, ...part })
  const edit = (index: number, row: Partial<Row>) =>
    change({ fields: rows.map((each, at) => (at === index ? { ...each, ...row } : each)) })
  const kinds = Object.entries(rowSchema(schema, root)?.properties?.kind?.["x-options"] ?? {})
  return (
    // biome-ignore lint/a11y/useSemanticElements: the form around it has the heading
    <div id={id} role="group" aria-label={label} className="record-mapping">
      {schema["x-nullable"] && (
        <Switch
          size="small"
          aria-label={label}
          checked={isOn}
          disabled={isReadOnly}
          onChange={(on) => onChange(on ? { ...(defaultsOf(schema) as object), id: "" } : null)}
        />
      )}
      {isOn && (
        <>
          <div>
            <Typography.Text type="secondary">{t("connections.mapping.sample")}</Typography.Text>
            <Input.TextArea
              aria-label={t("connections.mapping.sample")}
              className="code-input"
              spellCheck={false}
              value={text}
              autoSize={{ minRows: 5, maxRows: 14 }}
              {...(sample === undefined ? { status: "error" as const } : {})}
              onChange={(event) => setText(event.target.value)}
            />
          </div>
          <div className="mapping-places">
            <Place
              label={titleOf(schema, "records")}
              value={held.records ?? ""}
              options={holdersOf(sample).map((at) => ({ value: at, label: at }))}
              isReadOnly={isReadOnly}
              choose={(records) => change({ records })}
            />
            {POINTERS.map((name) => (
              <Place
                key={name}
                label={titleOf(schema, name)}
                value={held[name] ?? ""}
                options={places}
                isReadOnly={isReadOnly}
                choose={(at) => change({ [name]: at })}
              />
            ))}
          </div>
          <PartForm
            schema={partOf(schema, ["types", "fixed_type", "zone"])}
            value={held}
            isReadOnly={isReadOnly}
            onChange={(next) => onChange({ ...held, ...(next as object) })}
          />
          <Typography.Text strong>{titleOf(schema, "fields")}</Typography.Text>
          <Typography.Text type="secondary">
            {schema.properties?.fields?.description}
          </Typography.Text>
          {rows.map((row, index) => (
            // Rows have no identity but their place.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <Flex gap={6} key={index} wrap className="mapping-row">
              <AutoComplete
                aria-label={t("connections.mapping.from")}
                placeholder={t("connections.mapping.from")}
                className="mapping-from"
                value={row.at ?? ""}
                options={places}
                disabled={isReadOnly}
                onChange={(at: string) => edit(index, { at })}
              />
              <span aria-hidden>→</span>
              <Input
                aria-label={t("connections.mapping.to")}
                placeholder="order.amount"
                className="mapping-to"
                value={row.to}
                disabled={isReadOnly}
                onChange={(event) => edit(index, { to: event.target.value })}
              />
              <Select
                aria-label={t("connections.mapping.kind")}
                className="mapping-kind"
                value={row.kind ?? "as_is"}
                options={kinds.map(([key, words]) => ({ value: key, label: String(words) }))}
                disabled={isReadOnly}
                onChange={(kind) => edit(index, { kind })}
              />
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t("forms.removeRow")}
                disabled={isReadOnly}
                onClick={() => change({ fields: rows.filter((_, at) => at !== index) })}
              />
            </Flex>
          ))}
          {!isReadOnly && (
            <Button
              type="dashed"
              icon={<PlusOutlined />}
              onClick={() => change({ fields: [...rows, { to: "", at: "", kind: "as_is" }] })}
            >
              {t("forms.addRow")}
            </Button>
          )}
          {fault !== undefined && (
            <Alert
              type="warning"
              showIcon
              title={sentenceOf(fault)}
              description={<Details fault={fault} />}
            />
          )}
          {trial && <Outcome trial={trial} titles={{}} />}
        </>
      )}
    </div>
  )
}

interface PlaceProps {
  label: string
  value: string
  options: { value: string; label: string }[]
  isReadOnly: boolean
  choose: (at: string) => void
}

function Place({ label, value, options, isReadOnly, choose }: PlaceProps) {
  return (
    <div>
      <Typography.Text type="secondary">{label}</Typography.Text>
      <AutoComplete
        aria-label={label}
        className="wide"
        value={value}
        options={options}
        disabled={isReadOnly}
        onChange={choose}
      />
    </div>
  )
}

const titleOf = (schema: FormSchema, name: string) => schema.properties?.[name]?.title ?? name

function partOf(schema: FormSchema, names: string[]): FormSchema {
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) =>
    names.includes(name),
  )
  return { type: "object", properties: Object.fromEntries(properties) }
}

function rowSchema(schema: FormSchema, root: FormSchema): FormSchema | undefined {
  const items = schema.properties?.fields?.items
  return root.$defs?.[items?.$ref?.split("/").at(-1) ?? ""] ?? items
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Tries the record whenever it or the mapping has changed and rests for a moment. */
function useTrial(isOn: boolean, mapping: Held, sample: unknown) {
  const [trial, setTrial] = useState<TrialShown>()
  const [fault, setFault] = useState<unknown>()
  useEffect(() => {
    const rows = (mapping.fields ?? []).filter((row) => row.to)
    if (!isOn || !mapping.id || sample === undefined) return
    const over = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const body = { mapping: { ...mapping, fields: rows }, body: sample }
        setTrial(await call("try_record_mapping", { body, signal: over.signal }))
        setFault(undefined)
      } catch (error) {
        if (!over.signal.aborted) setFault(error)
      }
    }, PAUSE)
    return () => {
      over.abort()
      clearTimeout(timer)
    }
  }, [isOn, mapping, sample])
  return { trial, fault }
}
