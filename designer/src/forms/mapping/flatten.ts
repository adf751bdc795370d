const MOST = 24

/** A record as names and texts, the first of each list: what a person compares with the file. */
export function flatten(data: Record<string, unknown>): [string, string][] {
  const found: [string, string][] = []
  // One record under its own name (order) is not worth a level of its own.
  const [only, ...others] = Object.values(data)
  const root = others.length === 0 && isObject(only) ? only : data
  walk(root, "", found)
  return found.slice(0, MOST)
}

function walk(value: Record<string, unknown>, under: string, found: [string, string][]) {
  for (const [name, each] of Object.entries(value)) {
    const path = under + name
    if (Array.isArray(each)) {
      const first = each[0]
      // "lines" holds lines: their fields are called line.sku, line.amount.
      if (isObject(first)) walk(first, `${path.replace(/s$/, "").replace(/ie$/, "y")}.`, found)
      else if (each.length > 0) found.push([path, each.map(String).join(", ")])
    } else if (isObject(each)) walk(each, `${path}.`, found)
    else if (each !== null && each !== "" && each !== undefined) found.push([path, String(each)])
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
