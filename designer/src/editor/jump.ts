import type { EditorParts } from "./context"
import { select } from "./session"

/** Goes to a step, and to the field a pointer into the document names. */
export function jumpTo(parts: EditorParts, id: string, path = ""): void {
  select(parts.session, [id])
  parts.session.setState({ inspector: true })
  parts.view.current?.show([id])
  const field = path.split("/config/")[1]
  if (!field) {
    parts.view.current?.focus(id)
    return
  }
  // The form of the step is there after the next drawing.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const parts = field.split("/")
      while (parts.length > 0) {
        const found = document.getElementById(["root", ...parts].join("_"))
        if (found) {
          found.scrollIntoView({ block: "center" })
          found.focus({ preventScroll: true })
          return
        }
        parts.pop()
      }
    }),
  )
}
