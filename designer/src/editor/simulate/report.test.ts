import { expect, it } from "vitest"
import { type Blocks, blocksOf, type Catalog } from "@/flow/catalog"
import catalogJson from "@/testing/catalog.json"
import { named, type Report } from "./report"

const blocks: Blocks = blocksOf(catalogJson as unknown as Catalog)

it("names steps as the canvas does: by their own name, else by their block's", () => {
  const nodes = [
    { id: "paid", place: "paid", name: "", type: "event" },
    { id: "tell", place: "tell", name: "", type: "notify" },
    { id: "boss", place: "boss", name: "", type: "notify" },
    { id: "end", place: "end", name: "到此为止", type: "end" },
    { id: "odd", place: "odd", name: "", type: "gone" },
  ]
  const steps = [{ place: "boss", node: "boss", name: "" }]
  const found = named({ coverage: { nodes }, steps } as unknown as Report, blocks)
  const label = (type: string) => blocks.get(type)?.label
  expect(found.coverage.nodes.map((node) => node.name)).toEqual([
    label("event"),
    `${label("notify")} tell`,
    `${label("notify")} boss`,
    "到此为止",
    "odd",
  ])
  expect(found.steps[0]?.name).toBe(`${label("notify")} boss`)
})
