import { useState } from "react"
import { save } from "@/ui/save"
import { useTell } from "./act"
import { type CallName, callForFile, type Given } from "./client"

/** Fetches a file and hands it over; a refusal is told like that of any call. */
export function useDownload(): {
  download: <N extends CallName>(name: N, given: Given<N>) => Promise<void>
  isBusy: boolean
} {
  const tell = useTell()
  const [isBusy, setBusy] = useState(false)
  const download = async <N extends CallName>(name: N, given: Given<N>) => {
    setBusy(true)
    try {
      const file = await callForFile(name, given)
      save(file.name, file.content)
    } catch (fault) {
      tell(fault)
    } finally {
      setBusy(false)
    }
  }
  return { download, isBusy }
}
