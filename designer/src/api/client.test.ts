import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { call, keepCsrf, setWays } from "./client"
import { Problem } from "./problem"

const answers: Response[] = []
const sent: Request[] = []

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", "X-Request-Id": "r1" },
  })
}

const refusal = (status: number, code: string, problems: unknown[] = []) =>
  json(status, { code, title: "标题", detail: "说明", problems })

const ways = {
  askSecondFactor: vi.fn(async () => true),
  signedOut: vi.fn(),
  passwordNeeded: vi.fn(),
  enrolNeeded: vi.fn(),
}

beforeEach(() => {
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    sent.push(new Request(`http://jimu.test${address}`, init))
    const answer = answers.shift()
    if (!answer) throw new TypeError("network")
    return answer
  })
  setWays(ways)
  keepCsrf("token-1")
})

afterEach(() => {
  answers.length = 0
  sent.length = 0
  for (const way of Object.values(ways)) way.mockClear()
})

describe("a call", () => {
  it("fills in path and query, and leaves out what is empty", async () => {
    answers.push(json(200, { items: [], next: null }))
    await call("list_runs", { query: { limit: 5, flow: "", owner: "customer:1" } })
    expect(sent[0]?.url).toBe("http://jimu.test/api/v1/runs?limit=5&owner=customer%3A1")
    expect(sent[0]?.headers.get("X-CSRF-Token")).toBeNull()
  })

  it("carries token, revision and a key that stays the same when it is repeated", async () => {
    answers.push(refusal(403, "second_factor_stale"), json(200, {}))
    await call("update_connection", {
      path: { key: "a/b" },
      match: 3,
      body: { name: "n" },
    })
    expect(sent.map((each) => each.url)).toEqual([
      "http://jimu.test/api/v1/connections/a%2Fb",
      "http://jimu.test/api/v1/connections/a%2Fb",
    ])
    expect(sent[0]?.headers.get("If-Match")).toBe('"r3"')
    expect(sent[0]?.headers.get("X-CSRF-Token")).toBe("token-1")
    expect(sent[1]?.headers.get("Idempotency-Key")).toBe(sent[0]?.headers.get("Idempotency-Key"))
    expect(ways.askSecondFactor).toHaveBeenCalledTimes(1)
  })

  it("is not repeated when the person gives no code", async () => {
    ways.askSecondFactor.mockResolvedValueOnce(false)
    answers.push(refusal(403, "second_factor_stale"))
    await expect(call("revoke_key", { path: { key_id: "k" } })).rejects.toThrow("说明")
    expect(sent).toHaveLength(1)
  })

  it("reads the session anew when its token is stale", async () => {
    answers.push(refusal(403, "csrf"), json(200, { csrf: "token-2" }), json(200, {}))
    await call("pause_flow", { path: { key: "f" } })
    expect(sent[2]?.headers.get("X-CSRF-Token")).toBe("token-2")
  })

  it("becomes a problem with its parts", async () => {
    const part = { path: "/name", message: "is required", message_zh: "必填", code: "missing" }
    answers.push(refusal(422, "invalid", [part]))
    const fault = await call("read_flow", { path: { key: "f" } }).catch((each) => each)
    expect(fault).toBeInstanceOf(Problem)
    expect(fault).toMatchObject({ status: 422, code: "invalid", message: "说明", request: "r1" })
    expect(fault.items).toEqual([part])
  })

  it("says so when nobody answers, or somebody who speaks no JSON", async () => {
    await expect(call("read_session", {})).rejects.toThrow("连不上服务器")
    answers.push(new Response("<html>", { status: 502 }))
    await expect(call("read_session", {})).rejects.toMatchObject({ code: "unreadable" })
  })

  it("tells the frame what it has to react to", async () => {
    answers.push(refusal(401, "unauthenticated"))
    await call("list_tasks", {}).catch(() => undefined)
    expect(ways.signedOut).toHaveBeenCalled()
    answers.push(refusal(403, "password_change_needed"))
    await call("list_tasks", {}).catch(() => undefined)
    expect(ways.passwordNeeded).toHaveBeenCalled()
    answers.push(refusal(403, "second_factor_missing"))
    await call("list_tasks", {}).catch(() => undefined)
    expect(ways.enrolNeeded).toHaveBeenCalled()
  })
})
