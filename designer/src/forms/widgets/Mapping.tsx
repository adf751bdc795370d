import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { AutoComplete, Button, Flex, Input } from "antd"
import { useEffect, useState } from "react"
import { useTranslation } from "react-i18next"
import { isRecord } from "@/flow/ports"
import { namesOf } from "@/flow/scope"
import { DataPicker } from "../flow/DataPicker"
import { useFlowSurroundings } from "../flow/surroundings"
import type { WidgetProps } from "../widget"

type Line = [name: string, value: unknown]

/** Rows of name and value; values are templates, so data can be picked into them. */
export function Mapping({ schema, value, onChange, id, isReadOnly, label }: WidgetProps) {
  const { t } = useTranslation()
  const { scope } = useFlowSurroundings()
  const held = isRecord(value) ? value : {}
  const [lines, setLines] = useState<Line[]>(() => Object.entries(held))
  // What is half typed stays; what came from outside (undo) is shown.
  useEffect(() => {
    setLines((now) =>
      JSON.stringify(made(now)) === JSON.stringify(held) ? now : Object.entries(held),
    )
  }, [held])
  const offered =
    schema["x-names"] === "customer_field"
      ? namesOf(scope?.properties?.customer).map((one) => ({ value: one.path, label: one.title }))
      : []
  const change = (next: Line[]) => {
    setLines(next)
    onChange(made(next))
  }
  const edit = (index: number, line: Line) =>
    change(lines.map((one, at) => (at === index ? line : one)))
  return (
    <Flex vertical gap={8} id={id} role="group" aria-label={label}>
      {lines.map(([name, one], index) => (
        // Rows have no identity but their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Flex gap={4} key={index} align="center">
          <AutoComplete
            aria-label={t("forms.rowName")}
            placeholder={t("forms.rowName")}
            style={{ width: 120, flex: "none" }}
            value={name}
            options={offered}
            disabled={isReadOnly}
            onChange={(next: string) => edit(index, [next, one])}
          />
          <Input
            aria-label={t("forms.rowValue")}
            placeholder={t("forms.rowValue")}
            value={typeof one === "string" ? one : JSON.stringify(one)}
            disabled={isReadOnly}
            onChange={(event) => edit(index, [name, event.target.value])}
          />
          <DataPicker
            isReadOnly={isReadOnly}
            onPick={(path) =>
              edit(index, [name, `${typeof one === "string" ? one : ""}{{ ${path} }}`])
            }
          />
          <Button
            type="text"
            size="small"
            icon={<DeleteOutlined />}
            aria-label={t("forms.removeRow")}
            disabled={isReadOnly}
            onClick={() => change(lines.filter((_, at) => at !== index))}
          />
        </Flex>
      ))}
      {!isReadOnly && (
        <Button
          type="dashed"
          size="small"
          icon={<PlusOutlined />}
          onClick={() => setLines([...lines, ["", ""]])}
        >
          {t("forms.addRow")}
        </Button>
      )}
    </Flex>
  )
}

const made = (lines: readonly Line[]) => Object.fromEntries(lines.filter(([name]) => name !== ""))
