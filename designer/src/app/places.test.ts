import { describe, expect, it } from "vitest"
import { placeOf, placesFor } from "./places"

const seen = (...acts: string[]) =>
  placesFor((act) => acts.includes(act)).map((place) => place.name)

describe("the menu", () => {
  it("shows nobody what they may not do", () => {
    expect(seen()).toEqual(["home"])
    expect(seen("tasks.answer")).toEqual(["home", "tasks"])
    expect(seen("flows.read", "runs.read")).toEqual([
      "home",
      "flows",
      "simulations",
      "runs",
      "incidents",
    ])
    expect(seen("users.read")).toEqual(["home", "admin"])
  })

  it("knows which entry a page belongs to", () => {
    expect(placeOf("/")?.name).toBe("home")
    expect(placeOf("/flows/vip/edit")?.name).toBe("flows")
    expect(placeOf("/admin/users")?.name).toBe("users")
    expect(placeOf("/account")).toBeUndefined()
  })
})
