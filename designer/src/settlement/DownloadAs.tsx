import { DownloadOutlined } from "@ant-design/icons"
import { Button, Dropdown } from "antd"
import { useTranslation } from "react-i18next"

type Kind = "xlsx" | "csv"

/** A table as a file, of the kind one chooses. */
export function DownloadAs({
  isBusy,
  onChoose,
}: {
  isBusy: boolean
  onChoose: (kind: Kind) => void
}) {
  const { t } = useTranslation()
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          { key: "xlsx", label: t("settlement.xlsx") },
          { key: "csv", label: t("settlement.csv") },
        ],
        onClick: ({ key }) => onChoose(key as Kind),
      }}
    >
      <Button icon={<DownloadOutlined />} loading={isBusy}>
        {t("settlement.download")}
      </Button>
    </Dropdown>
  )
}
