import type { StatementShown } from "@/api/types"
import { useDownload } from "@/api/useDownload"
import { DownloadAs } from "../DownloadAs"

/** The statement as a file. */
export function Downloads({ statement }: { statement: StatementShown }) {
  const { download, isBusy } = useDownload()
  const path = { statement_id: statement.id }
  return (
    <DownloadAs
      isBusy={isBusy}
      onChoose={(kind) => void download(`download_statement_${kind}`, { path })}
    />
  )
}
