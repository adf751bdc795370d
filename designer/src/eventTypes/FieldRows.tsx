import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Checkbox, Flex, Input, Select, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { type Field, KINDS, type Kind, type Shape, wrongKeys } from "./schema"

interface Props {
  shape: Shape
  onChange: (shape: Shape) => void
  isReadOnly: boolean
}

/** The fields of a record, one a row: key, name, kind, whether it must be there. */
export function FieldRows({ shape, onChange, isReadOnly }: Props) {
  const { t } = useTranslation()
  const wrong = wrongKeys(shape)
  const edit = (at: number, change: Partial<Field>) =>
    onChange({
      ...shape,
      fields: shape.fields.map((one, index) => (index === at ? { ...one, ...change } : one)),
    })
  const add = () => {
    const field: Field = { key: "", label: "", kind: "text", isNeeded: false, options: [] }
    onChange({ ...shape, fields: [...shape.fields, field] })
  }
  return (
    <Flex vertical gap={12}>
      <Flag
        id="has-id"
        label={t("eventTypes.id")}
        help={t("eventTypes.idHelp")}
        value={shape.hasId}
        isReadOnly={isReadOnly}
        onChange={(hasId) => onChange({ ...shape, hasId })}
      />
      <Flag
        id="has-identities"
        label={t("eventTypes.identities")}
        help={t("eventTypes.identitiesHelp")}
        value={shape.hasIdentities}
        isReadOnly={isReadOnly}
        onChange={(hasIdentities) => onChange({ ...shape, hasIdentities })}
      />
      {shape.fields.length === 0 && (
        <Typography.Text type="secondary">{t("eventTypes.field.none")}</Typography.Text>
      )}
      {shape.fields.map((one, at) => {
        const say = (what: string) => t("eventTypes.field.number", { number: at + 1, what })
        return (
          // A field's key is being typed: only its place stays the same.
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is the name
          <div key={at} className="event-field">
            <Flex gap={8} wrap align="center">
              <Input
                className="event-key code-input"
                aria-label={say(t("eventTypes.field.key"))}
                placeholder={t("eventTypes.field.key")}
                disabled={isReadOnly}
                status={wrong.has(one.key) && one.key !== "" ? "error" : ""}
                value={one.key}
                onChange={(event) => edit(at, { key: event.target.value.trim() })}
              />
              <Input
                className="event-label"
                aria-label={say(t("eventTypes.field.label"))}
                placeholder={t("eventTypes.field.label")}
                disabled={isReadOnly}
                value={one.label}
                onChange={(event) => edit(at, { label: event.target.value })}
              />
              <Select<Kind>
                className="event-kind"
                aria-label={say(t("eventTypes.field.kind"))}
                disabled={isReadOnly}
                value={one.kind}
                options={KINDS.map((kind) => ({
                  value: kind,
                  label: t(`eventTypes.kinds.${kind}`),
                }))}
                onChange={(kind) => edit(at, { kind })}
              />
              <Checkbox
                disabled={isReadOnly}
                checked={one.isNeeded}
                onChange={(event) => edit(at, { isNeeded: event.target.checked })}
              >
                {t("eventTypes.field.needed")}
              </Checkbox>
              {!isReadOnly && (
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={t("eventTypes.field.remove", {
                    name: one.label || one.key || at + 1,
                  })}
                  onClick={() =>
                    onChange({ ...shape, fields: shape.fields.filter((_, index) => index !== at) })
                  }
                />
              )}
            </Flex>
            {one.kind === "select" && (
              <Select
                mode="tags"
                className="wide"
                open={false}
                aria-label={say(t("eventTypes.field.options"))}
                placeholder={t("eventTypes.field.options")}
                disabled={isReadOnly}
                value={one.options}
                onChange={(options: string[]) => edit(at, { options })}
              />
            )}
          </div>
        )
      })}
      {[...wrong].some((key) => key !== "") && (
        <Typography.Text type="danger">{t("eventTypes.field.wrongKey")}</Typography.Text>
      )}
      {!isReadOnly && (
        <Button type="dashed" block icon={<PlusOutlined />} onClick={add}>
          {t("eventTypes.field.add")}
        </Button>
      )}
    </Flex>
  )
}

interface FlagProps {
  id: string
  label: string
  help: string
  value: boolean
  isReadOnly: boolean
  onChange: (value: boolean) => void
}

function Flag({ id, label, help, value, isReadOnly, onChange }: FlagProps) {
  return (
    <div>
      <Checkbox
        checked={value}
        disabled={isReadOnly}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChange(event.target.checked)}
      >
        {label}
      </Checkbox>
      <Typography.Paragraph type="secondary" id={`${id}-help`} className="flag-help">
        {help}
      </Typography.Paragraph>
    </div>
  )
}
