import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Checkbox, Empty, Flex, Input, Select } from "antd"
import { useTranslation } from "react-i18next"
import { isRecord } from "@/flow/ports"
import type { JsonObject } from "@/flow/types"
import { FIELD_TYPES, type FieldType, freshKey, schemaFor, typeOf } from "../flow/formFields"
import type { WidgetProps } from "../widget"

/** A form for people, as JSON Schema: fields with a name, a kind, and whether they are needed. */
export function FormBuilder({ value, onChange, id, label, isReadOnly }: WidgetProps) {
  const { t } = useTranslation()
  const form = isRecord(value) ? value : {}
  const fields = isRecord(form.properties) ? Object.entries(form.properties) : []
  const needed = Array.isArray(form.required) ? form.required.map(String) : []
  const keep = (next: [string, JsonObject][], required = needed) => {
    const keys = next.map(([key]) => key)
    const still = required.filter((key) => keys.includes(key))
    const { required: _, ...rest } = form
    onChange(
      next.length === 0
        ? {}
        : {
            ...rest,
            type: "object",
            properties: Object.fromEntries(next),
            ...(still.length > 0 ? { required: still } : {}),
          },
    )
  }
  const all = fields.map(([key, one]): [string, JsonObject] => [key, isRecord(one) ? one : {}])
  const edit = (index: number, schema: JsonObject) =>
    keep(all.map(([key, one], at) => [key, at === index ? schema : one]))
  const move = (index: number, by: number) => {
    const next = [...all]
    const [one] = next.splice(index, 1)
    if (one) next.splice(index + by, 0, one)
    keep(next)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: the form around it has the heading
    <div id={id} role="group" aria-label={label} className="form-builder">
      {all.length === 0 && (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("editor.builder.empty")} />
      )}
      {all.map(([key, schema], index) => (
        <div key={key} className="form-field">
          <Flex gap={4}>
            <Input
              aria-label={t("editor.builder.name")}
              placeholder={t("editor.builder.name")}
              disabled={isReadOnly}
              value={typeof schema.title === "string" ? schema.title : ""}
              onChange={(event) => edit(index, { ...schema, title: event.target.value })}
            />
            <Select<FieldType>
              aria-label={t("editor.builder.type")}
              style={{ width: 120 }}
              disabled={isReadOnly}
              value={typeOf(schema)}
              options={FIELD_TYPES.map((one) => ({
                value: one,
                label: t(`editor.builder.types.${one}`),
              }))}
              onChange={(type) => edit(index, schemaFor(type, String(schema.title ?? "")))}
            />
          </Flex>
          {typeOf(schema) === "select" && (
            <Select
              mode="tags"
              className="wide"
              disabled={isReadOnly}
              aria-label={t("editor.builder.options")}
              placeholder={t("editor.builder.options")}
              value={Array.isArray(schema.enum) ? schema.enum.map(String) : []}
              onChange={(next: string[]) => edit(index, { ...schema, enum: next })}
            />
          )}
          <Flex justify="space-between" align="center">
            <Checkbox
              disabled={isReadOnly}
              checked={needed.includes(key)}
              onChange={(event) =>
                keep(all, event.target.checked ? [...needed, key] : needed.filter((k) => k !== key))
              }
            >
              {t("editor.builder.needed")}
            </Checkbox>
            <code>{key}</code>
            <span>
              <Button
                type="text"
                size="small"
                icon={<ArrowUpOutlined />}
                aria-label={t("forms.moveUp", { number: index + 1 })}
                disabled={isReadOnly || index === 0}
                onClick={() => move(index, -1)}
              />
              <Button
                type="text"
                size="small"
                icon={<ArrowDownOutlined />}
                aria-label={t("forms.moveDown", { number: index + 1 })}
                disabled={isReadOnly || index === all.length - 1}
                onClick={() => move(index, 1)}
              />
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={t("forms.remove", { number: index + 1 })}
                disabled={isReadOnly}
                onClick={() => keep(all.filter((_, at) => at !== index))}
              />
            </span>
          </Flex>
        </div>
      ))}
      {!isReadOnly && (
        <Button
          type="dashed"
          block
          icon={<PlusOutlined />}
          onClick={() => keep([...all, [freshKey(all.map(([key]) => key)), schemaFor("text", "")]])}
        >
          {t("editor.builder.add")}
        </Button>
      )}
    </div>
  )
}
