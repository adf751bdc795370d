// The engine itself, asked by tests: what the designer repeats of it is held against the real thing.

import { execFileSync } from "node:child_process"
import { resolve } from "node:path"

const ROOT = resolve(process.cwd(), "..")

/** What a piece of Python prints as JSON; `given` is there as `given`. */
export function askPython<T>(code: string, given: unknown = null): T {
  const program = `import json, sys\ngiven = json.load(sys.stdin)\n${code}`
  const said = execFileSync(`${ROOT}/.venv/bin/python`, ["-c", program], {
    cwd: ROOT,
    input: JSON.stringify(given),
    encoding: "utf-8",
    maxBuffer: 1 << 26,
  })
  return JSON.parse(said) as T
}

/** The catalog as the server gives it now. */
export function realCatalog(locale: "zh" | "en"): unknown {
  return askPython(
    `from engine.core.catalog import catalog
from engine.core.registry import load_registry
print(json.dumps(catalog(load_registry(), given), default=str))`,
    locale,
  )
}
