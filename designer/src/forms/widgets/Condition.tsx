import { Button, Flex, Tooltip, Typography } from "antd"
import { useMemo, useState } from "react"
import { useTranslation } from "react-i18next"
import { textToRows } from "@/flow/conditions/read"
import { type Group, isEmpty, isRows, kindOf } from "@/flow/conditions/rows"
import { rowsToText } from "@/flow/conditions/write"
import { schemaAt } from "@/flow/scope"
import { CodeField } from "../flow/CodeField"
import { ConditionGroup } from "../flow/ConditionGroup"
import { Holds } from "../flow/Previewed"
import { useFlowSurroundings } from "../flow/surroundings"
import { usePreview } from "../flow/usePreview"
import { emptyOf, type WidgetProps } from "../widget"

/** A condition: rows of field, operator and value; or expression text, the same thing for experts. */
export function Condition({ schema, value, onChange, id, label, isReadOnly }: WidgetProps) {
  const { scope } = useFlowSurroundings()
  const { t } = useTranslation()
  const [isText, setText] = useState(typeof value === "string" && textToRows(value) === null)
  const rows: Group | null = isRows(value)
    ? value
    : typeof value === "string" && value !== ""
      ? textToRows(value)
      : { all: [] }
  const kind = (field: string) => kindOf(schemaAt(scope, field))
  const keep = (next: Group | string) => {
    const nothing = schema["x-nullable"] ? emptyOf(schema) : { all: [] }
    onChange(isEmpty(next) ? nothing : next)
  }
  const showText = isText || rows === null
  const isNothing = typeof value === "string" ? value.trim() === "" : !rows || isEmpty(rows)
  const seen = usePreview("condition", isNothing ? null : value)
  const seenRows = useMemo(() => new Map(seen?.rows.map((row) => [row.path, row])), [seen])
  const toText = () => {
    if (rows) keep(rowsToText(rows, kind))
    setText(true)
  }
  const toRows = () => {
    if (rows) keep(rows)
    setText(false)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a second heading
    <div id={id} role="group" aria-label={label} className="condition">
      {showText ? (
        <CodeField
          id={`${id}_text`}
          label={label}
          value={
            typeof value === "string" ? value : rows && !isEmpty(rows) ? rowsToText(rows, kind) : ""
          }
          isTemplate={false}
          isCondition
          isReadOnly={isReadOnly}
          hint={t("editor.condition.formula")}
          onChange={keep}
        />
      ) : (
        <ConditionGroup group={rows} onChange={keep} isReadOnly={isReadOnly} seen={seenRows} />
      )}
      <Flex justify="space-between">
        <Typography.Text type="secondary" className="condition-note">
          {!showText && isEmpty(rows) ? t("editor.condition.empty") : <Holds seen={seen} />}
        </Typography.Text>
        {showText ? (
          <Tooltip title={rows ? "" : t("editor.condition.beyond")}>
            <Button type="link" size="small" disabled={!rows || isReadOnly} onClick={toRows}>
              {t("editor.condition.rows")}
            </Button>
          </Tooltip>
        ) : (
          <Button type="link" size="small" disabled={isReadOnly} onClick={toText}>
            {t("editor.condition.text")}
          </Button>
        )}
      </Flex>
    </div>
  )
}
