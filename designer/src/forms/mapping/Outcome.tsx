import { Alert, Descriptions, Flex, Tag, Typography } from "antd"
import { useTranslation } from "react-i18next"
import type { TrialShown } from "@/api/types"
import { languageNow } from "@/text/set-up"
import { flatten } from "./flatten"

interface Props {
  trial: TrialShown
  /** What people call a field, by its name. */
  titles: Record<string, string>
}

/** What the sample would become: the first records as events, and what would be refused. */
export function Outcome({ trial, titles }: Props) {
  const { t } = useTranslation()
  if (trial.taken.length + trial.refused.length === 0) return null
  return (
    <Flex vertical gap={8} className="mapping-outcome">
      <Typography.Text strong>{t("connections.mapping.becomes")}</Typography.Text>
      {trial.taken.slice(0, 2).map((event) => (
        <div key={event.id} className="mapping-event">
          <Flex gap={8} align="center" wrap>
            <Tag color="success" variant="filled">
              {event.type}
            </Tag>
            <Typography.Text type="secondary">{event.id}</Typography.Text>
          </Flex>
          <Descriptions
            size="small"
            column={{ xs: 1, sm: 2 }}
            items={flatten(event.data).map(([name, value]) => ({
              key: name,
              label: titles[name] ?? name,
              children: value,
            }))}
          />
        </div>
      ))}
      {trial.refused.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t("connections.mapping.refused", { count: trial.refused.length })}
          description={
            <ul className="problem-items">
              {trial.refused.slice(0, 8).map((each) => (
                <li key={`${each.line} ${each.column}`}>
                  {t("connections.mapping.line", { number: each.line })} {each.column}{" "}
                  {languageNow() === "en" ? each.reason.en : each.reason.zh}
                </li>
              ))}
            </ul>
          }
        />
      )}
    </Flex>
  )
}
