import { Tooltip } from "antd"
import { useEffect, useState } from "react"
import { exactTime, relativeTime, useZone } from "./format"

/** A time as people say it, the exact one and its zone on hover; it stays true while it is seen. */
export function When({ at }: { at: string | null | undefined }) {
  const zone = useZone((store) => store.zone)
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 30_000)
    return () => clearInterval(timer)
  }, [])
  if (!at) return <>—</>
  return (
    <Tooltip title={`${exactTime(at, zone)} ${zone}`}>
      <time dateTime={at}>{relativeTime(at)}</time>
    </Tooltip>
  )
}
