import { fireEvent, render, screen, waitFor } from "@testing-library/react"
import { afterEach, expect, it, vi } from "vitest"
import type { Connection, Connector } from "@/api/types"
import { Around } from "@/testing/Around"
import { setLanguage } from "@/text/set-up"
import { CredentialsForm } from "./CredentialsForm"
import { SettingsForm } from "./SettingsForm"

const CONNECTOR = {
  type: "http",
  label: "HTTP",
  receives: false,
  pulls: false,
  credentials: {
    type: "object",
    properties: {
      token: { type: "string", title: "Token", "x-widget": "secret", writeOnly: true },
    },
  },
  settings: {
    type: "object",
    properties: {
      base_url: { type: "string", title: "Base address", "x-where-secrets-go": true },
      test_path: { type: "string", title: "Test path" },
    },
  },
} as unknown as Connector

const CONNECTION = {
  key: "erp",
  connector: "http",
  name: "ERP",
  revision: 3,
  credentials: { token: "set" },
  settings: { base_url: "https://erp.example.com", test_path: "/ping" },
  sync_mode: "none",
  on_bad_record: "review",
  rate: null,
  backup: null,
} as unknown as Connection

const written: unknown[] = []

function server() {
  vi.stubGlobal("fetch", async (asked: RequestInfo | URL, more?: RequestInit) => {
    const request = new Request(new URL(asked instanceof Request ? asked.url : asked, "http://h"), {
      ...(asked instanceof Request ? { method: asked.method } : more),
    })
    const path = new URL(request.url).pathname
    if (path.endsWith("/credentials")) {
      written.push(JSON.parse(asked instanceof Request ? await asked.text() : await request.text()))
      return Response.json(CONNECTION)
    }
    if (path === "/api/v1/auth/session")
      return Response.json({ user: { id: "u" }, acts: ["connections.edit"], csrf: "c" })
    return Response.json({ items: [], next: null })
  })
}

afterEach(() => {
  written.length = 0
})

it("changes the address together with the secrets that go there", async () => {
  await setLanguage("en")
  server()
  render(<CredentialsForm connection={CONNECTION} connector={CONNECTOR} />, { wrapper: Around })
  expect(screen.queryByText("Test path")).not.toBeInTheDocument()
  fireEvent.change(screen.getByDisplayValue("https://erp.example.com"), {
    target: { value: "https://new.example.com" },
  })
  fireEvent.click(screen.getByRole("button", { name: "Replace the credentials" }))
  await waitFor(() => expect(written).toHaveLength(1))
  expect(written[0]).toEqual({
    credentials: { token: null },
    settings: { base_url: "https://new.example.com", test_path: "/ping" },
  })
})

it("keeps the address out of the settings while secrets are held", async () => {
  await setLanguage("en")
  server()
  render(<SettingsForm connection={CONNECTION} connector={CONNECTOR} />, { wrapper: Around })
  expect(await screen.findByText("Test path")).toBeInTheDocument()
  expect(screen.queryByText("Base address")).not.toBeInTheDocument()
})

it("shows the address among the settings where there is no secret", async () => {
  await setLanguage("en")
  server()
  const open = { ...CONNECTION, credentials: { token: null } } as Connection
  render(<SettingsForm connection={open} connector={CONNECTOR} />, { wrapper: Around })
  expect(await screen.findByText("Base address")).toBeInTheDocument()
})
