import { Typography } from "antd"
import { Fragment, type ReactNode } from "react"

/** The help of nodes, connectors and scenes: headings, lists, tables, code, bold, links. */
export function Markdown({ text, skipTitle = false }: { text: string; skipTitle?: boolean }) {
  const blocks = blocksOf(text)
  const shown = skipTitle && blocks[0]?.startsWith("# ") ? blocks.slice(1) : blocks
  return (
    <div className="markdown">
      {shown.map((block, index) => (
        // Blocks have no identity of their own and never move.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Fragment key={index}>{blockShown(block)}</Fragment>
      ))}
    </div>
  )
}

/** The part in the reader's language: Chinese stands first, English after a second `# ` title. */
export function inLanguage(help: string, isEnglish: boolean): string {
  const second = help.indexOf("\n# ", 1)
  if (second < 0) return help
  return isEnglish ? help.slice(second + 1) : help.slice(0, second)
}

export function blocksOf(text: string): string[] {
  const blocks: string[] = []
  let open: string[] = []
  let isCode = false
  const close = () => {
    if (open.length > 0) blocks.push(open.join("\n"))
    open = []
  }
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) {
      if (!isCode) close()
      open.push(line)
      if (isCode) close()
      isCode = !isCode
    } else if (isCode) open.push(line)
    else if (line.trim() === "") close()
    else if (/^#{1,4} /.test(line)) {
      close()
      blocks.push(line)
    } else {
      const kind = kindOf(line)
      if (open[0] !== undefined && kindOf(open[0]) !== kind && kind !== "text") close()
      open.push(line)
    }
  }
  close()
  return blocks
}

function kindOf(line: string): "list" | "table" | "text" {
  if (/^\s*([-*]|\d+\.) /.test(line)) return "list"
  return line.startsWith("|") ? "table" : "text"
}

function blockShown(block: string): ReactNode {
  const heading = /^(#{1,4}) (.*)$/.exec(block)
  if (heading) {
    const level = Math.min(5, (heading[1]?.length ?? 1) + 2) as 3 | 4 | 5
    return <Typography.Title level={level}>{spans(heading[2] ?? "")}</Typography.Title>
  }
  if (block.startsWith("```")) return <pre>{block.split("\n").slice(1, -1).join("\n")}</pre>
  const lines = block.split("\n")
  if (kindOf(block) === "list") return listShown(lines)
  if (kindOf(block) === "table") return tableShown(lines)
  return <p>{spans(lines.join(" "))}</p>
}

function listShown(lines: string[]): ReactNode {
  const items: string[] = []
  for (const line of lines) {
    if (kindOf(line) === "list") items.push(line.replace(/^\s*([-*]|\d+\.) /, ""))
    else items.push(`${items.pop() ?? ""} ${line.trim()}`)
  }
  const Tag = /^\s*\d/.test(lines[0] ?? "") ? "ol" : "ul"
  return (
    <Tag>
      {items.map((item) => (
        <li key={item}>{spans(item)}</li>
      ))}
    </Tag>
  )
}

function tableShown(lines: string[]): ReactNode {
  const rows = lines
    .filter((line) => !/^\|[\s:|-]+\|$/.test(line))
    .map((line) => line.replace(/^\||\|$/g, "").split("|"))
  const [head = [], ...body] = rows
  return (
    <table>
      <thead>
        <tr>
          {head.map((cell) => (
            <th key={cell}>{spans(cell.trim())}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {body.map((row) => (
          <tr key={row.join("|")}>
            {row.map((cell, column) => (
              <td key={head[column] ?? cell}>{spans(cell.trim())}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const SPAN = /(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/

function spans(text: string): ReactNode[] {
  return text.split(SPAN).map((part, index) => {
    const key = `${index}${part}`
    if (part.startsWith("`")) return <code key={key}>{part.slice(1, -1)}</code>
    if (part.startsWith("**")) return <strong key={key}>{part.slice(2, -2)}</strong>
    const link = /^\[([^\]]+)\]\((https?:[^)]+)\)$/.exec(part)
    if (link)
      return (
        <a key={key} href={link[2]} target="_blank" rel="noreferrer">
          {link[1]}
        </a>
      )
    return <Fragment key={key}>{part}</Fragment>
  })
}
