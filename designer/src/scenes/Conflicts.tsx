import { Alert, Flex, Radio, Tag, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { ChangeShown, ConflictShown } from "@/api/types"
import { sayDuration } from "@/flow/durations"
import { languageNow } from "@/text/set-up"
import type { Side } from "./choices"

interface Props {
  conflicts: readonly ConflictShown[]
  chosen: Record<string, Side>
  choose: (path: string, side: Side) => void
  isReadOnly: boolean
}

/** What both sides have changed: a value each, one of them must be chosen. */
export function Conflicts({ conflicts, chosen, choose, isReadOnly }: Props) {
  const { t } = useTranslation()
  return (
    <ul className="upgrade-list">
      {conflicts.map((one) => (
        <li key={one.path} className="upgrade-conflict">
          <Flex gap={8} wrap align="baseline">
            <Tag color={one.kind === "locked" ? "default" : "warning"} variant="filled">
              {t(`upgrade.kind.${one.kind}`)}
            </Tag>
            <span>{wordsOf(one.change)}</span>
          </Flex>
          {one.kind === "locked" ? (
            <Alert type="info" showIcon title={t("upgrade.lockedHelp")} />
          ) : (
            <Radio.Group
              aria-label={wordsOf(one.change)}
              className="upgrade-sides"
              disabled={isReadOnly}
              value={chosen[one.path] ?? null}
              onChange={(event) => choose(one.path, event.target.value as Side)}
            >
              {(["mine", "theirs"] as const).map((side) => (
                <Radio key={side} value={side} className="upgrade-side">
                  {t(`upgrade.${side}`)}
                  <Said value={one[side]} />
                </Radio>
              ))}
            </Radio.Group>
          )}
          {one.base !== null && (
            <Typography.Text type="secondary" className="upgrade-base">
              {t("upgrade.base")} <Said value={one.base} />
            </Typography.Text>
          )}
        </li>
      ))}
    </ul>
  )
}

export function wordsOf(change: ChangeShown): string {
  return (languageNow() === "en" ? change.message : change.message_zh) ?? change.path
}

/** A value as short as it can be said; a whole step only by its name. */
function Said({ value }: { value: unknown }) {
  const { t } = useTranslation()
  const words =
    value === null || value === undefined || value === ""
      ? t("upgrade.nothingThere")
      : typeof value === "string"
        ? sayDuration(value, languageNow() === "en" ? "en" : "zh")
        : typeof value === "boolean"
          ? t(value ? "word.yes" : "word.no")
          : JSON.stringify(value)
  return (
    <code className="upgrade-value" title={words.length > 160 ? words.slice(0, 2000) : undefined}>
      {words.length > 160 ? `${words.slice(0, 160)}…` : words}
    </code>
  )
}
