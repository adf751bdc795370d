// Keys -> commands.

import { useEffect } from "react"
import { COMMANDS, type Command, canRun, type Doings, pasteText } from "./commands"
import { useEditor } from "./context"

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent)

/** A key press as commands name it: "mod+shift+z". */
export function pressed(event: KeyboardEvent): string {
  const key = event.key.toLowerCase()
  const mod = isMac ? event.metaKey : event.ctrlKey
  const parts = [mod && "mod", event.altKey && "alt", event.shiftKey && "shift"]
  // A digit with Shift is another sign on every keyboard: its place says which it was.
  const digit = event.shiftKey ? /^Digit(\d)$/.exec(event.code)?.[1] : undefined
  return [...parts.filter(Boolean), digit ?? key].join("+")
}

/** How a key is written for people: "Ctrl + Shift + Z". */
export function sayKey(keys: string): string {
  const names: { [key: string]: string } = {
    mod: isMac ? "⌘" : "Ctrl",
    shift: isMac ? "⇧" : "Shift",
    alt: isMac ? "⌥" : "Alt",
    enter: "Enter",
    escape: "Esc",
    delete: "Delete",
    backspace: "⌫",
    arrowleft: "←",
    arrowright: "→",
    arrowup: "↑",
    arrowdown: "↓",
  }
  if (keys === "+") return "+"
  return keys
    .split("+")
    .filter((part) => part !== "")
    .map((part) => names[part] ?? part.toUpperCase())
    .join(isMac ? " " : " + ")
}

export function commandFor(keys: string): Command | undefined {
  return COMMANDS.find((command) => command.keys.includes(keys))
}

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
/** Keys that also mean something inside of a field are left to it. */
const OVERALL = new Set([
  "save",
  "simulate",
  "publish",
  "problems",
  "versions",
  "heat",
  "list",
  "commands",
  "keys",
])

/** Hears keys for the whole editor. */
export function useKeyboard(doings: Doings): void {
  const parts = useEditor()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const keys = pressed(event)
      const command = commandFor(keys)
      if (!command || event.isComposing || event.defaultPrevented) return
      const { dialog } = parts.session.getState()
      const inField = isField(event.target)
      if (inField && !(OVERALL.has(command.id) && keys.includes("mod"))) return
      if (dialog !== null && command.id !== "leave") return
      // Buttons and menus have their own Enter and arrows; texts can be copied from anywhere.
      const onCanvas =
        event.target instanceof HTMLElement && event.target.closest(".canvas, .outline")
      const onPage = event.target === document.body || onCanvas
      if (!onPage && !keys.includes("mod") && command.id !== "leave") return
      if (onCanvas && (event.target as HTMLElement).closest("button") && keys === "enter") return
      if (command.id === "copy" && String(window.getSelection() ?? "") !== "") return
      if (command.id === "paste" || !canRun(command, parts)) return
      event.preventDefault()
      command.run(parts, doings)
    }
    const onPaste = (event: ClipboardEvent) => {
      if (isField(event.target) || parts.session.getState().dialog !== null) return
      const text = event.clipboardData?.getData("text/plain") ?? ""
      if (pasteText(parts, text)) event.preventDefault()
    }
    document.addEventListener("keydown", onKeyDown)
    document.addEventListener("paste", onPaste)
    return () => {
      document.removeEventListener("keydown", onKeyDown)
      document.removeEventListener("paste", onPaste)
    }
  }, [parts, doings])
}
