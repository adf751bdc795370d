import { describe, expect, it } from "vitest"
import { isKey, keyFrom } from "./keys"

describe("keys", () => {
  it("follow from a name the server can take", () => {
    expect(keyFrom("VIP after a Large Order!")).toBe("vip_after_a_large_order")
    const made = keyFrom("大额订单", new Date("2026-11-22T02:03:00Z"))
    expect(made).toBe("flow_2611220203")
    expect(isKey(made)).toBe(true)
  })

  it("begin with a small letter", () => {
    expect(isKey("1st")).toBe(false)
    expect(isKey("Vip")).toBe(false)
    expect(isKey("vip_upgrade-2")).toBe(true)
    expect(isKey(keyFrom("618 大促 sale"))).toBe(true)
  })
})
