import { Alert, Button, Collapse, Flex, Typography } from "antd"
import { useTranslation } from "react-i18next"
import { messageOf } from "@/api/Fault"
import { type Placed, useDesk } from "./desk"
import { partsOf } from "./pointer"
import { sayPointer } from "./words"

interface Props {
  isChecking: boolean
  jump: (pointer: string) => void
}

/** What keeps the card from being published, and advice; each leads to its place. */
export function Problems({ isChecking, jump }: Props) {
  const { t } = useTranslation()
  const { problems, document } = useDesk()
  const errors = problems.filter((one) => one.problem.level === "error")
  if (problems.length === 0)
    return (
      <Alert
        type={isChecking ? "info" : "success"}
        showIcon
        title={t(isChecking ? "rates.card.checking" : "rates.card.noProblems")}
      />
    )
  const list = (
    <ul className="problem-items">
      {problems.slice(0, 60).map((one) => (
        <Item key={`${one.at} ${one.problem.code}`} one={one} document={document} jump={jump} />
      ))}
    </ul>
  )
  return (
    <Collapse
      defaultActiveKey={errors.length > 0 || problems.length < 4 ? ["problems"] : []}
      items={[
        {
          key: "problems",
          label: (
            <Flex gap={8}>
              <Typography.Text strong type={errors.length > 0 ? "danger" : "warning"}>
                {errors.length > 0
                  ? t("rates.card.errors", { count: errors.length })
                  : t("rates.card.canPublish")}
              </Typography.Text>
              {problems.length > errors.length && (
                <Typography.Text type="secondary">
                  {t("rates.card.advice", { count: problems.length - errors.length })}
                </Typography.Text>
              )}
            </Flex>
          ),
          children: list,
        },
      ]}
    />
  )
}

function Item({
  one,
  document,
  jump,
}: {
  one: Placed
  document: unknown
  jump: (pointer: string) => void
}) {
  const { t } = useTranslation()
  const isError = one.problem.level === "error"
  return (
    <li>
      <Typography.Text type={isError ? "danger" : "warning"}>
        {t(isError ? "rates.card.error" : "rates.card.tip")}
      </Typography.Text>{" "}
      {partsOf(one.at).length > 0 ? (
        <Button type="link" className="inline-link" onClick={() => jump(one.at)}>
          {sayPointer(t, document, one.at)}
        </Button>
      ) : null}{" "}
      {messageOf(one.problem)}
    </li>
  )
}
