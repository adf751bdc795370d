import { expect, it } from "vitest"
import type { ProblemItem } from "@/api/types"
import { inOrder, rowOf } from "./problems"

const at = (path: string): ProblemItem => ({
  path,
  message: "",
  message_zh: "",
  code: "",
  level: "error",
})

it("a problem's place is the row people see in their spreadsheet", () => {
  expect(rowOf("/rows/0/amount")).toEqual({ row: 2, column: "amount" })
  expect(rowOf("/rows/3/费用~1类型")).toEqual({ row: 5, column: "费用/类型" })
  expect(rowOf("/control/total")).toBeUndefined()
})

it("problems come in the order of the file", () => {
  const found = inOrder([at("/control/total"), at("/rows/9/amount"), at("/rows/2/party")])
  expect(found.map((item) => item.path)).toEqual([
    "/rows/2/party",
    "/rows/9/amount",
    "/control/total",
  ])
})
