import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Input } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import type { WidgetProps } from "../widget"

/** Rows of name and value; a row without a name is not part of the value yet. */
export function KeyValue({ value, onChange, id, isReadOnly, label }: WidgetProps) {
  const { t } = useTranslation()
  const [rows, setRows] = useState<[string, string][]>(() =>
    Object.entries((value ?? {}) as Record<string, unknown>).map(([name, each]) => [
      name,
      typeof each === "string" ? each : JSON.stringify(each),
    ]),
  )
  const change = (next: [string, string][]) => {
    setRows(next)
    onChange(Object.fromEntries(next.filter(([name]) => name !== "")))
  }
  const edit = (index: number, row: [string, string]) =>
    change(rows.map((each, at) => (at === index ? row : each)))
  return (
    <Flex vertical gap={8} id={id} role="group" aria-label={label}>
      {rows.map(([name, each], index) => (
        // Rows have no identity but their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Flex gap={8} key={index}>
          <Input
            aria-label={t("forms.rowName")}
            placeholder={t("forms.rowName")}
            value={name}
            disabled={isReadOnly}
            onChange={(event) => edit(index, [event.target.value, each])}
          />
          <Input
            aria-label={t("forms.rowValue")}
            placeholder={t("forms.rowValue")}
            value={each}
            disabled={isReadOnly}
            onChange={(event) => edit(index, [name, event.target.value])}
          />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t("forms.removeRow")}
            disabled={isReadOnly}
            onClick={() => change(rows.filter((_, at) => at !== index))}
          />
        </Flex>
      ))}
      {!isReadOnly && (
        <Button type="dashed" icon={<PlusOutlined />} onClick={() => setRows([...rows, ["", ""]])}>
          {t("forms.addRow")}
        </Button>
      )}
    </Flex>
  )
}
