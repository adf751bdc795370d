import { InboxOutlined } from "@ant-design/icons"
import { Alert, Button, Checkbox, Flex, Select, Table, Typography, Upload } from "antd"
import { useEffect, useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { Details, sentenceOf } from "@/api/Fault"
import type { TrialShown } from "@/api/types"
import { PartForm } from "../PartForm"
import { defaultsOf, type FormSchema } from "../schema"
import type { WidgetProps } from "../widget"
import { type ColumnOf, canBeSummed, columnsOf, targetsOf, withTargets } from "./columns"
import { Outcome } from "./Outcome"
import { SAMPLE_FILE } from "./sample"
import { useMappingRoot } from "./surroundings"

const HEAD = 256 * 1024 // as much of a file as its first rows need
const PAUSE = 500

/** Columns of a file onto fields of an order, with a real file beside it. */
export function FileMapping({ schema, value, onChange, id, label, isReadOnly }: WidgetProps) {
  const { t } = useTranslation()
  const { root, isSample, record } = useMappingRoot()
  const mapping = useMemo(() => (value ?? {}) as { columns?: ColumnOf[] }, [value])
  const columns = columnsOf(mapping)
  const [file, setFile] = useState<Blob | undefined>(() => (isSample ? sampleFile() : undefined))
  const { trial, fault } = useTrial(file, mapping, (suggested) => onChange(suggested))
  const options = useMemo(() => targetOptions(schema, root), [schema, root])
  const change = (next: ColumnOf[]) =>
    onChange({ ...(defaultsOf(rest(schema)) as object), ...mapping, columns: next })
  const names = [
    ...new Set([...(trial?.columns ?? []), ...columns.map((each) => each.column)]),
  ].filter(Boolean)
  const first = trial?.rows[0]
  return (
    // biome-ignore lint/a11y/useSemanticElements: the form around it has the heading
    <div id={id} role="group" aria-label={label} className="record-mapping">
      {!isReadOnly && (
        <Flex vertical gap={8}>
          <Upload.Dragger
            accept=".csv,text/csv"
            maxCount={1}
            showUploadList={false}
            beforeUpload={(chosen) => {
              setFile(chosen.slice(0, HEAD))
              return false
            }}
          >
            <p>
              <InboxOutlined style={{ fontSize: 28 }} />
            </p>
            <p>{t("connections.mapping.drop")}</p>
          </Upload.Dragger>
          <Flex gap={8} wrap>
            <Button size="small" onClick={() => setFile(sampleFile())}>
              {t("connections.mapping.useSample")}
            </Button>
            {record && (
              <Button size="small" onClick={() => setFile(fileOf(record))}>
                {t("connections.mapping.useRecord")}
              </Button>
            )}
          </Flex>
        </Flex>
      )}
      {fault !== undefined && (
        <Alert
          type="warning"
          showIcon
          title={sentenceOf(fault)}
          description={<Details fault={fault} />}
        />
      )}
      {names.length > 0 && (
        <Table<string>
          size="small"
          rowKey={(name) => name}
          pagination={false}
          scroll={{ x: "max-content" }}
          dataSource={names}
          columns={[
            { title: t("connections.mapping.column"), render: (_, name) => name },
            {
              title: t("connections.mapping.inFile"),
              className: "mapping-sample",
              render: (_, name) => first?.[trial?.columns.indexOf(name) ?? -1] || "—",
            },
            {
              title: t("connections.mapping.target"),
              render: (_, name) => (
                <Select
                  mode="tags"
                  allowClear
                  className="mapping-target"
                  disabled={isReadOnly}
                  aria-label={t("connections.mapping.targetOf", { name })}
                  placeholder={t("connections.mapping.ignored")}
                  optionFilterProp="label"
                  value={targetsOf(columns, name)}
                  options={options}
                  onChange={(next: string[]) => change(withTargets(columns, name, next))}
                />
              ),
            },
            {
              title: t("connections.mapping.sum"),
              render: (_, name) => {
                const own = columns.filter((each) => each.column === name && canBeSummed(each.to))
                return (
                  own.length > 0 && (
                    <Checkbox
                      disabled={isReadOnly}
                      aria-label={t("connections.mapping.sumOf", { name })}
                      checked={own.some((each) => each.join === "sum")}
                      onChange={(event) =>
                        change(
                          columns.map((each) =>
                            own.includes(each)
                              ? { ...each, join: event.target.checked ? "sum" : "first" }
                              : each,
                          ),
                        )
                      }
                    />
                  )
                )
              },
            },
          ]}
        />
      )}
      {names.length === 0 && (
        <Typography.Text type="secondary">{t("connections.mapping.nothing")}</Typography.Text>
      )}
      {trial && <Outcome trial={trial} titles={Object.fromEntries(options.map(pair))} />}
      <details>
        <summary>{t("connections.mapping.more")}</summary>
        <PartForm
          schema={rest(schema)}
          value={mapping}
          isReadOnly={isReadOnly}
          onChange={(next) => onChange({ ...(next as object), columns })}
        />
      </details>
    </div>
  )
}

const pair = (each: { value: string; label: string }) => [each.value, each.label]
const sampleFile = () => new Blob([SAMPLE_FILE], { type: "text/csv" })

/** The mapping's own settings, without its columns. */
function rest(schema: FormSchema): FormSchema {
  const { columns: _, ...properties } = schema.properties ?? {}
  return { type: "object", properties }
}

/** The fields a column can go to, as the schema names them. */
function targetOptions(schema: FormSchema, root: FormSchema) {
  const ref = schema.properties?.columns?.items?.$ref?.split("/").at(-1) ?? ""
  const column = root.$defs?.[ref] ?? schema.properties?.columns?.items
  const names = column?.properties?.to?.["x-options"] ?? {}
  return Object.entries(names).map(([value, label]) => ({ value, label: String(label) }))
}

/** A row that was refused, as a file of one row. */
function fileOf(record: Record<string, unknown>): Blob {
  const cell = (each: unknown) => `"${String(each ?? "").replaceAll('"', '""')}"`
  const lines = [Object.keys(record), Object.values(record)]
  const text = lines.map((line) => line.map(cell).join(",")).join("\n")
  return new Blob([`${text}\n`], { type: "text/csv" })
}

/** Tries the file whenever it or the mapping has changed and rests for a moment. */
function useTrial(
  file: Blob | undefined,
  mapping: { columns?: ColumnOf[] },
  suggest: (mapping: unknown) => void,
) {
  const [trial, setTrial] = useState<TrialShown>()
  const [fault, setFault] = useState<unknown>()
  const isNew = columnsOf(mapping).length === 0
  const written = isNew ? "" : JSON.stringify(mapping)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a suggestion is taken once for a file
  useEffect(() => {
    if (!file) return
    const over = new AbortController()
    const timer = setTimeout(async () => {
      const body = new FormData()
      body.append("file", file, "sample.csv")
      if (written) body.append("mapping", written)
      try {
        const found = await call("try_file_mapping", { body, signal: over.signal })
        setTrial(found)
        setFault(undefined)
        if (isNew && found.suggested) suggest(found.suggested)
      } catch (error) {
        if (!over.signal.aborted) setFault(error)
      }
    }, PAUSE)
    return () => {
      over.abort()
      clearTimeout(timer)
    }
  }, [file, written])
  return { trial, fault }
}
