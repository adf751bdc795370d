import { readdirSync, readFileSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import { describe, expect, it } from "vitest"

/** Rooms from top to bottom: what stands lower never imports what stands higher. */
const LEVELS = [
  ["main"],
  ["app"],
  ["runs", "simulations", "templates", "scenes", "eventTypes", "account"],
  ["editor", "home", "flows", "tasks", "connections", "products", "calendars", "admin"],
  ["settlement"],
  ["forms"],
  ["api"],
  ["text"],
  ["ui"],
  ["flow"],
]
const TOP = resolve(__dirname, "..")

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesIn(path)
    return /\.tsx?$/.test(entry.name) && !entry.name.includes(".d.") ? [path] : []
  })
}

const isTest = (path: string) => /\.test\.tsx?$/.test(path)

const roomOf = (path: string) =>
  relative(TOP, path)
    .split("/")[0]
    ?.replace(/\.tsx?$/, "") ?? ""
const levelOf = (room: string) => LEVELS.findIndex((level) => level.includes(room))

function importsOf(path: string): string[] {
  const found = readFileSync(path, "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)
  return [...found].flatMap(([, name = ""]) => {
    if (name.startsWith("@/")) return [join(TOP, name.slice(2))]
    return name.startsWith(".") ? [resolve(path, "..", name)] : []
  })
}

describe("imports", () => {
  const files = filesIn(TOP).filter((path) => roomOf(path) !== "testing" && !isTest(path))

  it("go one way, and rooms at one level do not know each other", () => {
    const wrong = files.flatMap((path) =>
      importsOf(path)
        .map((target) => [roomOf(path), roomOf(target)] as const)
        .filter(([from, to]) => from !== to && levelOf(to) <= levelOf(from))
        .map(([from, to]) => `${relative(TOP, path)}: ${from} → ${to}`),
    )
    expect([...new Set(wrong)]).toEqual([])
  })

  it("leave no room without a place", () => {
    const rooms = new Set(files.map(roomOf))
    expect([...rooms].filter((room) => levelOf(room) < 0)).toEqual([])
  })

  it("are the real ones in tests: a mocked module would be so for the files after it too", () => {
    const tests = filesIn(TOP).filter(isTest)
    const mocking = tests.filter((path) => /\bvi\.(do)?mock\(/i.test(readFileSync(path, "utf8")))
    expect(mocking).toEqual([])
  })
})
