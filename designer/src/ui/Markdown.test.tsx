import { render, screen } from "@testing-library/react"
import { describe, expect, it } from "vitest"
import { inLanguage, Markdown } from "./Markdown"

const HELP = `# 邮件

第一段 **要紧** 和 \`code\`。

| 设置 | 含义 |
|---|---|
| 端口 | 填 0 |

- 一
- 二
  接着二

# Mail

English.
`

describe("help", () => {
  it("shows each reader their part", () => {
    expect(inLanguage(HELP, false)).not.toContain("English")
    expect(inLanguage(HELP, true)).toMatch(/^# Mail/)
    expect(inLanguage("# One\n\ntext", true)).toContain("text")
  })

  it("draws tables, lists and emphasis, and runs no markup", () => {
    render(<Markdown skipTitle text={`${inLanguage(HELP, false)}\n<img src=x onerror=alert(1)>`} />)
    expect(screen.getByText("要紧").tagName).toBe("STRONG")
    expect(screen.getByRole("cell", { name: "填 0" })).toBeVisible()
    expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "一",
      "二 接着二",
    ])
    expect(screen.queryByRole("img")).toBeNull()
  })
})
