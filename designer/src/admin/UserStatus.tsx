import { Flex, Tag } from "antd"
import { useTranslation } from "react-i18next"
import type { User } from "@/api/types"
import { StatusTag } from "@/ui/StatusTag"

/** Whether somebody may sign in, and whether with a second factor. */
export function UserStatus({ user }: { user: User }) {
  const { t } = useTranslation()
  return (
    <Flex gap={4} wrap>
      <StatusTag tone={user.status === "active" ? "good" : "none"}>
        {t(`admin.userStatus.${user.status}`)}
      </StatusTag>
      {user.has_second_factor && <Tag variant="filled">{t("admin.hasSecondFactor")}</Tag>}
    </Flex>
  )
}
