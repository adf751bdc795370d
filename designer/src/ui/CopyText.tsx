import { Typography } from "antd"

/** An id, a key, an address: shown shortened where there is no room, copied whole by one click. */
export function CopyText({ text, shown }: { text: string; shown?: string }) {
  return (
    <Typography.Text copyable={{ text }} className="copy-text" title={text}>
      {shown ?? text}
    </Typography.Text>
  )
}
