// Everything one can do, as a list: toolbar, shortcuts and the palette of commands are drawn from it.

import type { Command } from "./acts/command"
import { EDITING } from "./acts/edit"
import { ARRANGING } from "./acts/steps"
import { LOOKING, OF_FLOW } from "./acts/view"
import type { EditorParts } from "./context"

export { type Command, type CommandId, type Doings, GROUPS } from "./acts/command"
export { pasteText } from "./acts/edit"

export const COMMANDS: readonly Command[] = [...OF_FLOW, ...EDITING, ...ARRANGING, ...LOOKING]

/** Whether a command can be done now. */
export function canRun(command: Command, parts: EditorParts): boolean {
  if (command.changes && parts.session.getState().readOnly) return false
  return command.enabled?.(parts) ?? true
}
