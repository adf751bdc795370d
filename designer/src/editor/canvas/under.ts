// What lies under a place of the screen.

export function pointOf(event: MouseEvent | TouchEvent): [x: number, y: number] {
  const point = "changedTouches" in event ? (event.touches[0] ?? event.changedTouches[0]) : event
  return [point?.clientX ?? 0, point?.clientY ?? 0]
}

/** The line under a place of the screen. */
export function lineAt(x: number, y: number): string | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const edge = element.closest(".react-flow__edge")
    const id = edge?.getAttribute("data-id")
    if (id && !edge?.classList.contains("ghost") && !edge?.classList.contains("repeated")) return id
  }
  return null
}

/** The step under a place of the screen. */
export function nodeAt(x: number, y: number): string | null {
  const found = document
    .elementsFromPoint(x, y)
    .map((element) => element.closest(".react-flow__node-card"))
    .find((element) => element !== null)
  return found?.getAttribute("data-id") ?? null
}
