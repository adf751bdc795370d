import { useQuery } from "@tanstack/react-query"
import { Alert, Button, Card, Input, Typography } from "antd"
import { useEffect, useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { call } from "@/api/client"
import { messageOf } from "@/api/Fault"
import { sampleOf } from "@/editor/simulate/sample"
import type { Schema } from "@/flow/catalog"
import type { JsonObject } from "@/flow/types"
import { JsonView } from "@/ui/JsonView"
import { readObject, recordOf } from "./schema"

/** A sample of the event as it is written: does it fit, and how another system sends it. */
export function TryCard({ type, schema }: { type: string; schema: JsonObject }) {
  const { t } = useTranslation()
  const made = useMemo(() => JSON.stringify(sampleFor(schema), null, 2), [schema])
  // Until somebody writes a sample of their own it follows the fields.
  const [own, setOwn] = useState<string | null>(null)
  const text = own ?? made
  const data = readObject(text)
  const rested = useRested(text)
  const checked = useQuery({
    queryKey: ["check_event_data", schema, rested],
    queryFn: ({ signal }) =>
      call("check_event_data", { body: { schema, data: readObject(rested) ?? {} }, signal }),
    enabled: readObject(rested) !== null,
    retry: false,
  })
  const problems = checked.data?.problems ?? []
  return (
    <Card
      title={t("eventTypes.try")}
      extra={
        own !== null && (
          <Button size="small" onClick={() => setOwn(null)}>
            {t("eventTypes.remake")}
          </Button>
        )
      }
    >
      <Typography.Paragraph type="secondary">{t("eventTypes.tryHelp")}</Typography.Paragraph>
      <Input.TextArea
        className="code-input"
        aria-label={t("eventTypes.sample")}
        spellCheck={false}
        autoSize={{ minRows: 5, maxRows: 18 }}
        status={data === null ? "error" : ""}
        value={text}
        onChange={(event) => setOwn(event.target.value)}
      />
      <div className="section-head" role="status">
        {data === null && <Alert type="error" showIcon title={t("eventTypes.sampleWrong")} />}
        {data !== null && checked.error && (
          <Alert type="error" showIcon title={checked.error.message} />
        )}
        {data !== null && problems.length > 0 && (
          <Alert
            type="error"
            showIcon
            title={
              <ul className="problem-items">
                {problems.map((one) => (
                  <li key={`${one.path} ${one.code}`}>
                    <code>{one.path}</code> {messageOf(one)}
                  </li>
                ))}
              </ul>
            }
          />
        )}
        {data !== null && checked.data && problems.length === 0 && (
          <Alert type="success" showIcon title={t("eventTypes.fits")} />
        )}
      </div>
      <Typography.Title level={2}>{t("eventTypes.send")}</Typography.Title>
      <Typography.Paragraph type="secondary">{t("eventTypes.sendHelp")}</Typography.Paragraph>
      <JsonView value={eventOf(type, data ?? {})} />
    </Card>
  )
}

/** A sample with every field of the record, needed or not. */
function sampleFor(schema: JsonObject): unknown {
  const whole = structuredClone(schema) as Schema
  for (const record of Object.values(whole.properties ?? {}))
    record.required = Object.keys(record.properties ?? {})
  const made = sampleOf(whole, whole) as JsonObject
  for (const record of Object.values(made)) {
    if (typeof record === "object" && record !== null && "identities" in record)
      record.identities = [{ kind: "phone", value: "13800000000" }]
  }
  return made
}

/** As it is sent: the number of the record is also what it is about. */
function eventOf(type: string, data: JsonObject): JsonObject {
  const record = data[recordOf(type)]
  const id =
    typeof record === "object" && record !== null && !Array.isArray(record) ? record.id : undefined
  return {
    specversion: "1.0",
    id: "1",
    source: "/my-system",
    type: type || "testdrive.done",
    ...(typeof id === "string" ? { subject: id } : {}),
    time: new Date().toISOString(),
    data,
  }
}

function useRested(value: string): string {
  const [rested, setRested] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), 300)
    return () => clearTimeout(timer)
  }, [value])
  return rested
}
