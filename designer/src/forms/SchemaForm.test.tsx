import { render, screen, waitFor } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { useState } from "react"
import { describe, expect, it, vi } from "vitest"
import { Around } from "@/testing/Around"
import { SchemaForm } from "./SchemaForm"
import { defaultsOf, type FormSchema } from "./schema"

function Held(props: {
  schema: FormSchema
  start?: unknown
  problems?: { path: string; message: string; message_zh: string }[]
  onSubmit?: (value: unknown) => void
}) {
  const [value, setValue] = useState(props.start ?? defaultsOf(props.schema))
  return (
    <SchemaForm
      schema={props.schema}
      value={value}
      onChange={setValue}
      {...(props.problems ? { problems: props.problems } : {})}
      {...(props.onSubmit ? { onSubmit: props.onSubmit } : {})}
    >
      <button type="submit">提交</button>
    </SchemaForm>
  )
}

const TASK = {
  type: "object",
  required: ["name"],
  properties: {
    name: { type: "string", minLength: 1, title: "姓名" },
    level: { type: "string", enum: ["a", "b"], title: "等级", default: "a" },
    notes: {
      type: "array",
      title: "备注",
      items: { type: "object", properties: { text: { type: "string", title: "内容" } } },
    },
  },
}

describe("a form", () => {
  it("gives what was filled in, with its defaults", async () => {
    const submitted = vi.fn()
    render(<Held schema={TASK} onSubmit={submitted} />, { wrapper: Around })
    await userEvent.type(screen.getByLabelText(/姓名/), "何青")
    await userEvent.click(screen.getByRole("button", { name: /添加备注/ }))
    await userEvent.type(screen.getByLabelText(/内容/), "好")
    await userEvent.click(screen.getByRole("button", { name: "提交" }))
    await waitFor(() =>
      expect(submitted).toHaveBeenCalledWith({ name: "何青", level: "a", notes: [{ text: "好" }] }),
    )
  })

  it("says under the field what is missing, and hands nothing on", async () => {
    const submitted = vi.fn()
    render(<Held schema={TASK} onSubmit={submitted} />, { wrapper: Around })
    await userEvent.click(screen.getByRole("button", { name: "提交" }))
    expect(await screen.findByRole("alert")).toHaveTextContent("请填写")
    expect(submitted).not.toHaveBeenCalled()
  })

  it("shows the server's problems by their path", async () => {
    const problems = [{ path: "/name", message: "is taken", message_zh: "已被使用" }]
    render(<Held schema={TASK} problems={problems} start={{ name: "a" }} />, { wrapper: Around })
    expect(await screen.findByRole("alert")).toHaveTextContent("已被使用")
  })

  it("keeps a stored secret covered until it is replaced", async () => {
    const schema = {
      type: "object",
      properties: { key: { type: "string", title: "密钥", "x-widget": "secret" } },
    }
    render(<Held schema={schema} start={{ key: "set" }} />, { wrapper: Around })
    expect(screen.getByText("已保存，不再显示")).toBeVisible()
    await userEvent.click(screen.getByRole("button", { name: "更换" }))
    expect(screen.getByLabelText(/密钥/)).toHaveValue("")
  })
})
