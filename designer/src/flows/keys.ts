const FORM = /^[a-z][a-z0-9_-]{0,63}$/

/** Whether the server takes this as a key. */
export function isKey(text: string): boolean {
  return FORM.test(text)
}

/** A key from a name; what no key can be made of gets one from the moment. */
export function keyFrom(name: string, now = new Date()): string {
  const made = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 60)
  if (made.length >= 3) return made
  return `flow_${now.toISOString().slice(2, 16).replace(/\D/g, "")}`
}
