import { render, screen } from "@testing-library/react"
import { expect, it } from "vitest"
import type { Report } from "@/editor/simulate/report"
import { Around } from "@/testing/Around"
import { Bad } from "./Bad"

const NOTHING = {
  events: { bad: [], refused: 0, unheard: {} },
  failures: [],
  incidents: [],
  unrestored: [],
  refused_answers: [],
  unheard_notices: [],
  nobody: {},
  coverage: { nodes: [{ place: "tell", name: "告诉财务" }] },
}

function shown(report: object) {
  render(<Bad report={{ ...NOTHING, ...report } as unknown as Report} />, { wrapper: Around })
}

it("says so where nothing was odd", () => {
  shown({})
  expect(screen.getByText("没有异常数据。")).toBeInTheDocument()
})

it("names the steps whose notices nobody would receive", () => {
  const untold = [
    { place: "", count: 2, examples: [] },
    { place: "tell", count: 1_200, examples: [] },
  ]
  shown({ unheard_notices: untold })
  expect(screen.getByRole("heading", { name: "没有人会收到的通知" })).toBeInTheDocument()
  expect(screen.getByText("告诉财务 · 1,200")).toBeInTheDocument()
  expect(screen.getByText("其他流程 · 2")).toBeInTheDocument()
})

it("says what went wrong outside of runs in words", () => {
  const message = { zh: "订单没有带来「店铺」", en: "the order brings nobody" }
  shown({ incidents: [{ code: "settlement_no_party", count: 7_989, examples: [{ message }] }] })
  expect(screen.getByText("订单没有带来「店铺」 · 7,989")).toBeInTheDocument()
})
