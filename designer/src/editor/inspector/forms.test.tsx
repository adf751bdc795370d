// Every block of the real catalog: its form is drawn, begins with its defaults, and gives back a
// config its schema accepts. No line here or in the form knows a block.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { act, render, screen } from "@testing-library/react"
import { App } from "antd"
import { useState } from "react"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { blocksOf, type Catalog, follow, type Schema } from "@/flow/catalog"
import { freshConfig } from "@/flow/defaults"
import { isRecord, portsOf } from "@/flow/ports"
import type { Json, JsonObject } from "@/flow/types"
import { FormContextProvider } from "@/forms/context"
import { SchemaForm } from "@/forms/SchemaForm"
import { faultsOf } from "@/forms/validator"
import { WIDGETS } from "@/forms/widgets"
import { askPython, realCatalog } from "@/testing/python"
import { formSchemaOf, taken } from "./config"

beforeEach(() => void vi.stubGlobal("fetch", async () => Response.json({ items: [], next: null })))

const catalog = realCatalog("zh") as Catalog
const blocks = [...blocksOf(catalog).values()]

interface HoldProps {
  schema: Schema
  first: JsonObject
  seen: (value: unknown) => void
}

function Hold({ schema, first, seen }: HoldProps) {
  const [value, setValue] = useState<unknown>(first)
  return (
    <QueryClientProvider client={client}>
      <App>
        <FormContextProvider value={{ catalog, scope: { properties: {} } }}>
          <SchemaForm
            isPart
            schema={schema as Record<string, unknown>}
            value={value}
            onChange={(next) => {
              setValue(next)
              seen(next)
            }}
          />
        </FormContextProvider>
      </App>
    </QueryClientProvider>
  )
}

const client = new QueryClient()

/** A value for everything that is required and has no default: what a person would fill in. */
function filled(schema: Schema, root: Schema, value: Json | undefined): Json {
  const shape = follow(schema, root)
  if (shape["x-widget"] === "condition") return "true"
  if (isRecord(value) || shape.properties) {
    const held: JsonObject = isRecord(value) ? { ...value } : {}
    for (const name of Object.keys(shape.properties ?? {})) {
      const inner = shape.properties?.[name] ?? {}
      if (shape.required?.includes(name) || name in held) {
        held[name] = filled(inner, root, held[name])
      }
    }
    if (shape.minProperties && Object.keys(held).length === 0) held.level = "gold"
    return held
  }
  if (Array.isArray(value) || shape.type === "array") {
    const held = Array.isArray(value) ? [...value] : []
    while (held.length < (shape.minItems ?? 0)) held.push(null)
    return held.map((one) => filled(shape.items ?? {}, root, one ?? undefined))
  }
  if (value !== undefined && value !== null && value !== "") return value
  if (shape.enum) return shape.enum[0] ?? null
  if (shape.default !== undefined) return shape.default
  if (shape.format === "duration") return "PT1H"
  const types = [shape.type ?? []].flat()
  if (types.includes("integer") || types.includes("number")) return shape.minimum ?? 1
  if (types.includes("boolean")) return false
  if (types.includes("object")) return shape.minProperties ? { level: "gold" } : {}
  return types.includes("string") ? "order.paid".slice(0, shape.maxLength) : null
}

/** Patterns decide what a short word may look like; these fit every one in the catalog. */
function fitting(schema: Schema, root: Schema, value: Json): Json {
  const shape = follow(schema, root)
  if (Array.isArray(value)) return value.map((one) => fitting(shape.items ?? {}, root, one))
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        fitting(shape.properties?.[name] ?? {}, root, one),
      ]),
    )
  }
  if (typeof value !== "string" || !shape.pattern || new RegExp(shape.pattern, "u").test(value)) {
    return value
  }
  return (
    ["order", "a1", "order.paid", "1"].find((one) =>
      new RegExp(shape.pattern ?? "", "u").test(one),
    ) ?? value
  )
}

describe.each(blocks.map((block) => [block.type, block] as const))("%s", (_, block) => {
  it("draws its form and gives back a config the schema accepts", async () => {
    const first = fitting(
      block.config,
      block.config,
      filled(block.config, block.config, freshConfig(block)),
    ) as JsonObject
    let last: unknown = first
    const { container } = render(
      <Hold
        schema={formSchemaOf(block)}
        first={first}
        seen={(value) => {
          last = value
        }}
      />,
    )
    await act(async () => undefined)
    const titles = Object.values(block.config.properties ?? {}).map(
      (one) => follow(one, block.config).title ?? one.title,
    )
    for (const title of titles) {
      expect(container.textContent, `the field ${title}`).toContain(title)
    }
    const config = taken(last, first, block) ?? first
    expect(faultsOf(block.config as never, config)).toEqual([])
    expect(config).toEqual(first)
    accepted.push({ type: block.type, config })
  })

  it("begins with the ports its defaults make, ids and names filled in", () => {
    const node = { id: "n", type: block.type, config: freshConfig(block) }
    const ports = portsOf(node, block)
    expect(new Set(ports.map((port) => port.id)).size).toBe(ports.length)
    if (block.ports_from) {
      const list = block.ports_from.split("[]")[0] ?? ""
      const least = follow(block.config.properties?.[list], block.config).minItems ?? 0
      expect(ports.length).toBe(least + block.ports.length)
    }
  })
})

const accepted: { type: string; config: unknown }[] = []

it("gives configs that the engine's own models accept", () => {
  expect(accepted).toHaveLength(blocks.length)
  const refused = askPython<string[]>(
    `from pydantic import ValidationError
from engine.core.registry import load_registry
nodes = load_registry().nodes
said = []
for one in given:
    try:
        nodes[one["type"]].config.model_validate(one["config"])
    except ValidationError as error:
        said.append(f"{one['type']}: {error}")
print(json.dumps(said))`,
    accepted,
  )
  expect(refused).toEqual([])
})

it("has a widget for every name the engine gives", () => {
  const names = askPython<string[]>(
    "from engine.core.fields import WIDGETS\nprint(json.dumps(sorted(WIDGETS)))",
  )
  const nested = ["list", "group"]
  expect(names.filter((name) => !(name in WIDGETS) && !nested.includes(name))).toEqual([])
})

it("turns an optional group on and off", async () => {
  const block = blocks.find((one) =>
    Object.values(one.config.properties ?? {}).some(
      (field) => field["x-widget"] === "group" && field.anyOf,
    ),
  )
  if (!block) throw new Error("the catalog has no optional group")
  const [name, field] = Object.entries(block.config.properties ?? {}).find(
    ([, one]) => one["x-widget"] === "group",
  ) ?? ["", {}]
  const schema = formSchemaOf(block)
  let last: unknown
  render(
    <Hold
      schema={schema}
      first={{}}
      seen={(value) => {
        last = value
      }}
    />,
  )
  const toggle = screen.getByRole("switch", { name: follow(field, block.config).title })
  expect(toggle).not.toBeChecked()
  await act(async () => toggle.click())
  expect(isRecord(last) && isRecord(last[name])).toBe(true)
  await act(async () => toggle.click())
  expect(isRecord(last) && last[name]).toBeNull()
})
