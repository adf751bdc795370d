import { Card, Input, Segmented, Typography } from "antd"
import { useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import type { TypeShown } from "@/api/types"
import type { JsonObject } from "@/flow/types"
import { FieldRows } from "./FieldRows"
import { readObject, recordOf, type Shape, schemaFrom, shapeFrom, wrongKeys } from "./schema"

const EMPTY: Shape = { fields: [], hasId: true, hasIdentities: true }

type ContentState = ReturnType<typeof useContent>

/** What is in the event: a table of fields, or JSON Schema where that is not enough. */
export function useContent(held: TypeShown | null, record: string) {
  const before = (held?.schema ?? null) as JsonObject | null
  const [shape, setShape] = useState<Shape | null>(() =>
    before ? shapeFrom(record, before) : EMPTY,
  )
  const [text, setText] = useState(() => JSON.stringify(before ?? {}, null, 2))
  const [isText, setIsText] = useState(shape === null)
  const written = useMemo(() => readObject(text), [text])
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

interface ContentProps {
  content: ContentState
  type: string
  isReadOnly: boolean
}

/** The fields, or the schema as text. */
export function Content({ content, type, isReadOnly }: ContentProps) {
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
