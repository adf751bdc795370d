import { expect, it } from "vitest"
import { en } from "@/text/en"
import { zhCN } from "@/text/zh-CN"
import { COMMANDS } from "./commands"
import { commandFor, pressed } from "./keyboard"

it("gives every command an id, a key and words of its own, in both languages", () => {
  const ids = COMMANDS.map((command) => command.id)
  expect(new Set(ids).size).toBe(ids.length)
  const keys = COMMANDS.flatMap((command) => command.keys)
  expect(new Set(keys).size).toBe(keys.length)
  for (const texts of [zhCN.editor.command, en.editor.command]) {
    const words = ids.map((id) => texts[id])
    expect(words.every((word) => word.length > 0)).toBe(true)
    expect(new Set(words).size).toBe(words.length)
  }
})

it("can be reached by keyboard: by its own keys or through the palette of commands", () => {
  expect(commandFor("mod+shift+p")?.id).toBe("commands")
  const withoutKeys = COMMANDS.filter((command) => command.keys.length === 0)
  expect(withoutKeys.every((command) => command.id.startsWith("align_"))).toBe(true)
})

it("names keys the same on every keyboard", () => {
  const press = (init: KeyboardEventInit) => pressed(new KeyboardEvent("keydown", init))
  expect(press({ key: "Z", ctrlKey: true, shiftKey: true })).toBe("mod+shift+z")
  expect(press({ key: "!", code: "Digit1", shiftKey: true })).toBe("shift+1")
  expect(press({ key: "Delete" })).toBe("delete")
})
