/** Whether something with these edges stands now, later, or not any more. */
export function standsOn(starts: unknown, ends: unknown, now: Date): "now" | "later" | "over" {
  if (typeof starts === "string" && starts && edge(starts, false) > now.getTime()) return "later"
  if (typeof ends === "string" && ends && edge(ends, true) <= now.getTime()) return "over"
  return "now"
}

// A day that ends something belongs to it, a moment that ends something does not.
function edge(text: string, isEnd: boolean): number {
  if (text.length > 10) return Date.parse(text)
  const day = new Date(`${text}T00:00:00`)
  if (isEnd) day.setDate(day.getDate() + 1)
  return day.getTime()
}

export const today = () => new Date()
