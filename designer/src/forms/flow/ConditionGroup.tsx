import { DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import { Button, Flex, Segmented } from "antd"
import { useTranslation } from "react-i18next"
import type { PreviewRow } from "@/api/types"
import { type Entry, entriesOf, type Group, groupOf, isGroup, opOf } from "@/flow/conditions/rows"
import { ConditionRow } from "./ConditionRow"

interface Props {
  group: Group
  onChange: (group: Group) => void
  onRemove?: () => void
  isReadOnly: boolean
  depth?: number
  /** The pointer to this group, and what the server says of every row by pointer. */
  path?: string
  seen?: ReadonlyMap<string, PreviewRow>
}

const NOTHING: ReadonlyMap<string, PreviewRow> = new Map()

const DEEPEST = 8

/** All or any of some rows and groups. */
export function ConditionGroup(props: Props) {
  const { group, onChange, onRemove, isReadOnly, depth = 1, path = "", seen = NOTHING } = props
  const { t } = useTranslation()
  const op = opOf(group)
  const entries = entriesOf(group)
  const keep = (next: Entry[]) => onChange(groupOf(op, next))
  const edit = (index: number, entry: Entry) =>
    keep(entries.map((one, at) => (at === index ? entry : one)))
  // An inner group without conditions means nothing, and the engine refuses it.
  const remove = (index: number) => {
    const rest = entries.filter((_, at) => at !== index)
    if (rest.length === 0 && onRemove) onRemove()
    else keep(rest)
  }
  const fresh: Entry = { field: "", op: "eq", value: "" }
  return (
    // biome-ignore lint/a11y/useSemanticElements: groups nest, and a fieldset's legend would repeat
    <div role="group" aria-label={t("editor.condition.group")} className="condition-group">
      {(entries.length > 1 || depth > 1) && (
        <Flex justify="space-between" align="center">
          <Segmented
            size="small"
            value={op}
            disabled={isReadOnly}
            options={[
              { value: "all", label: t("editor.condition.all") },
              { value: "any", label: t("editor.condition.any") },
            ]}
            onChange={(next) => onChange(groupOf(next as "all" | "any", entries))}
          />
          {onRemove && !isReadOnly && (
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t("editor.condition.removeGroup")}
              onClick={onRemove}
            />
          )}
        </Flex>
      )}
      {entries.map((entry, index) =>
        isGroup(entry) ? (
          <ConditionGroup
            // Entries have no identity but their place.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            key={index}
            group={entry}
            onChange={(next) => edit(index, next)}
            onRemove={() => remove(index)}
            isReadOnly={isReadOnly}
            depth={depth + 1}
            path={`${path}/${op}/${index}`}
            seen={seen}
          />
        ) : (
          <ConditionRow
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            key={index}
            number={index + 1}
            seen={seen.get(`${path}/${op}/${index}`)}
            row={entry}
            onChange={(next) => edit(index, next)}
            onRemove={() => remove(index)}
            isReadOnly={isReadOnly}
          />
        ),
      )}
      {!isReadOnly && (
        <Flex gap={8}>
          <Button
            size="small"
            type="dashed"
            icon={<PlusOutlined />}
            onClick={() => keep([...entries, fresh])}
          >
            {t("editor.condition.addRow")}
          </Button>
          {depth < DEEPEST && (
            <Button
              size="small"
              type="dashed"
              icon={<PlusOutlined />}
              onClick={() => keep([...entries, groupOf(op === "all" ? "any" : "all", [fresh])])}
            >
              {t("editor.condition.addGroup")}
            </Button>
          )}
        </Flex>
      )}
    </div>
  )
}
