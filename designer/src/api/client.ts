/**
 * Every call to the server goes through `call`. It knows the CSRF token, the language, the second
 * factor that key acts want, and turns refusals into `Problem`.
 */
import i18next from "i18next"
import { Problem } from "./problem"
import { type Calls, ROUTES, type Session } from "./types"

export type CallName = keyof Calls
export type Answer<N extends CallName> = Calls[N]["answer"]
/** Path, query, body and match of a call; what it does not take is not in it. */
export type Given<N extends CallName> = Omit<Calls[N], "answer"> & { signal?: AbortSignal }

interface Ways {
  /** Asks the person for a code; true when the server has taken it and the call may go again. */
  askSecondFactor: () => Promise<boolean>
  /** The session may be over. */
  signedOut: () => void
  /** The first password must be changed before anything else. */
  passwordNeeded: () => void
  /** The person has no second factor yet and the act wants one. */
  enrolNeeded: () => void
}

const nothing = () => undefined
let ways: Ways = {
  askSecondFactor: async () => false,
  signedOut: nothing,
  passwordNeeded: nothing,
  enrolNeeded: nothing,
}
let csrf = ""

/** How the frame reacts to what any call may meet; set once, at the start. */
export function setWays(given: Ways): void {
  ways = given
}

/** Keeps the token each write needs. */
export function keepCsrf(token: string): void {
  csrf = token
}

/** Makes a call; `Problem` when it is refused. */
export async function call<N extends CallName>(name: N, given: Given<N>): Promise<Answer<N>> {
  return (await callWithTag(name, given)).value
}

/** As `call`, with the ETag that a later edit sends as `match`. */
export async function callWithTag<N extends CallName>(
  name: N,
  given: Given<N>,
): Promise<{ value: Answer<N>; tag: string }> {
  const asked = given as Asked
  const response = await send(name, asked)
  return {
    value: (await bodyOf(response)) as Answer<N>,
    tag: response.headers.get("ETag") ?? "",
  }
}

/** A call that answers with a file: its bytes, and the name the server gave it. */
export async function callForFile<N extends CallName>(
  name: N,
  given: Given<N>,
): Promise<{ name: string; content: Blob }> {
  const response = await send(name, given as Asked)
  return {
    name: nameOfFile(response.headers.get("Content-Disposition") ?? ""),
    content: await response.blob(),
  }
}

/** `filename*=UTF-8''…` before the plain one, which may have lost its Chinese letters. */
function nameOfFile(disposition: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1]
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1]
  return encoded ? decodeURIComponent(encoded) : (plain ?? "download")
}

interface Asked {
  path?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
  match?: string | number
  signal?: AbortSignal
}

/**
 * 1. The call itself. Writes carry the CSRF token and a key, so that a repeat does nothing twice.
 * 2. A stale token: the session is read anew, and the call goes once more.
 * 3. A key act: the person gives a code, and the call goes once more.
 */
async function send(name: CallName, asked: Asked): Promise<Response> {
  const key = newKey()
  let response = await once(name, asked, key)
  if (response.ok) return response
  let problem = await problemOf(response)
  if (problem.code === "csrf") {
    const session = await once("read_session", {}, key)
    if (session.ok) {
      keepCsrf(((await session.json()) as Session).csrf)
      response = await once(name, asked, key)
      if (response.ok) return response
      problem = await problemOf(response)
    }
  }
  if (problem.code === "second_factor_stale" && (await ways.askSecondFactor())) {
    response = await once(name, asked, key)
    if (response.ok) return response
    problem = await problemOf(response)
  }
  // A wrong code or password is a 401 as well: whether the session stands, reading it tells.
  if (problem.status === 401 && name !== "sign_in" && name !== "read_session") ways.signedOut()
  if (problem.code === "password_change_needed") ways.passwordNeeded()
  if (problem.code === "second_factor_missing") ways.enrolNeeded()
  throw problem
}

async function once(name: CallName, asked: Asked, key: string): Promise<Response> {
  const [method = "GET", path = ""] = ROUTES[name].split(" ")
  const headers = new Headers({ Accept: "application/json", "Accept-Language": language() })
  const init: RequestInit = { method, headers, credentials: "same-origin" }
  if (asked.signal) init.signal = asked.signal
  if (method !== "GET") {
    if (csrf) headers.set("X-CSRF-Token", csrf)
    headers.set("Idempotency-Key", key)
  }
  if (asked.match !== undefined)
    headers.set("If-Match", typeof asked.match === "number" ? `"r${asked.match}"` : asked.match)
  if (asked.body instanceof FormData || asked.body instanceof Blob) init.body = asked.body
  else if (asked.body !== undefined) {
    headers.set("Content-Type", "application/json")
    init.body = JSON.stringify(asked.body)
  }
  try {
    return await fetch(addressOf(path, asked), init)
  } catch (fault) {
    if (asked.signal?.aborted) throw fault
    throw new Problem(0, "offline", i18next.t("problem.offline"), [], "")
  }
}

function addressOf(path: string, asked: Asked): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(asked.path?.[name] ?? "")),
  )
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(asked.query ?? {}))
    if (value !== undefined && value !== null && value !== "") query.set(name, String(value))
  return query.size > 0 ? `${filled}?${query}` : filled
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const isJson = response.headers.get("Content-Type")?.includes("json") ?? false
  return isJson ? response.json() : response.text()
}

/** The problem document, or a sentence of our own when something in between answered. */
async function problemOf(response: Response): Promise<Problem> {
  const request = response.headers.get("X-Request-Id") ?? ""
  try {
    const found = await response.json()
    if (typeof found.code === "string")
      return new Problem(
        response.status,
        found.code,
        found.detail || found.title,
        found.problems ?? [],
        request,
      )
  } catch {
    // No JSON: a proxy's own page.
  }
  const said = i18next.t("problem.unreadable", { status: response.status })
  return new Problem(response.status, "unreadable", said, [], request)
}

function language(): string {
  return i18next.language === "en" ? "en" : "zh-CN"
}

/** `crypto.randomUUID` exists only under HTTPS and on localhost. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("")
}
