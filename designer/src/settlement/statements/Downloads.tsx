import { DownloadOutlined } from "@ant-design/icons"
import { Button, Dropdown } from "antd"
import { useTranslation } from "react-i18next"
import type { StatementShown } from "@/api/types"
import { useDownload } from "@/api/useDownload"

/** The statement as a file. */
export function Downloads({ statement }: { statement: StatementShown }) {
  const { t } = useTranslation()
  const { download, isBusy } = useDownload()
  const path = { statement_id: statement.id }
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          { key: "xlsx", label: t("settlement.xlsx") },
          { key: "csv", label: t("settlement.csv") },
        ],
        onClick: ({ key }) =>
          void download(key === "xlsx" ? "download_statement_xlsx" : "download_statement_csv", {
            path,
          }),
      }}
    >
      <Button icon={<DownloadOutlined />} loading={isBusy}>
        {t("settlement.download")}
      </Button>
    </Dropdown>
  )
}
