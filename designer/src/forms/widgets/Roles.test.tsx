import { render, screen, waitFor } from "@testing-library/react"
import { expect, it, vi } from "vitest"
import { Around } from "@/testing/Around"
import { setLanguage } from "@/text/set-up"
import { SchemaForm } from "../SchemaForm"

const SCHEMA = {
  type: "object",
  properties: {
    who: { type: "array", items: { type: "string" }, "x-widget": "roles", title: "值班角色" },
  },
}
const ROLES = [{ key: "agent", name: { zh: "客服", en: "Service agent" }, acts: [] }]

function serverWith(acts: string[]) {
  const answers: Record<string, unknown> = {
    "/api/v1/auth/session": { user: { id: "u" }, acts, csrf: "" },
    "/api/v1/roles": { items: ROLES, next: null },
  }
  vi.stubGlobal("fetch", async (asked: RequestInfo | URL) => {
    const url = typeof asked === "string" ? asked : asked instanceof URL ? asked.href : asked.url
    return Response.json(answers[new URL(url, "http://here").pathname])
  })
}

function shown() {
  render(<SchemaForm isPart schema={SCHEMA} value={{ who: ["agent"] }} onChange={() => {}} />, {
    wrapper: Around,
  })
}

it("names roles in the screen's language", async () => {
  serverWith(["roles.read"])
  shown()
  expect(await screen.findByText("客服")).toBeInTheDocument()
  expect(screen.queryByText("agent")).not.toBeInTheDocument()
  await setLanguage("en")
  await waitFor(() => expect(screen.getByText("Service agent")).toBeInTheDocument())
})

it("names the built-in roles to somebody who may not see roles", async () => {
  serverWith([])
  shown()
  expect(await screen.findByText("客服")).toBeInTheDocument()
})
