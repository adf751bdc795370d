import { theme } from "antd"
import { describe, expect, it } from "vitest"
import { themeOf } from "./theme"

type Colour = [number, number, number, number]

/** Red, green, blue and how much of it covers what lies below, of `#rrggbb` or `rgba(…)`. */
function read(colour: string): Colour {
  if (colour.startsWith("#")) {
    const digits = colour.length === 4 ? colour.slice(1).replace(/./g, "$&$&") : colour.slice(1)
    const [r = 0, g = 0, b = 0] = (digits.match(/../g) ?? []).map((two) => Number.parseInt(two, 16))
    return [r, g, b, 1]
  }
  const [r = 0, g = 0, b = 0, a = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number)
  return [r, g, b, a]
}

function over(top: Colour, below: Colour): Colour {
  const mix = (at: 0 | 1 | 2) => top[at] * top[3] + below[at] * (1 - top[3])
  return [mix(0), mix(1), mix(2), 1]
}

function light([r, g, b]: Colour): number {
  const part = (value: number) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
}

/** WCAG 2.2, contrast ratio: text over grounds, the lowest ground last. */
function contrast(text: string, ...grounds: string[]): number {
  const ground = grounds.map(read).reduceRight((below, top) => over(top, below))
  const [one, other] = [light(over(read(text), ground)), light(ground)]
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}

const ENOUGH = 4.5

describe.each([
  ["light", false],
  ["dark", true],
])("the %s look", (_, isDark) => {
  const config = themeOf(isDark)
  const token = theme.getDesignToken(config)
  const menu = config.components?.Menu ?? {}
  const chosen = String(menu.itemSelectedColor ?? token.colorPrimary)
  const below = String(menu.subMenuItemSelectedColor ?? token.colorPrimary)
  const side = token.colorBgContainer

  it.each<[string, string, string[]]>([
    ["the chosen menu entry", chosen, [token.controlItemBgActive, side]],
    ["a chosen entry that is pointed at", chosen, [token.controlItemBgActiveHover, side]],
    ["a submenu with the chosen entry", below, [token.colorFillAlter, side]],
    ["a danger button", token.colorError, [side]],
    ["a danger button in a dialog", token.colorError, [token.colorBgElevated]],
    ["a danger button that is pointed at", token.colorErrorHover, [side]],
    ["a solid danger button", token.colorTextLightSolid, [token.colorError]],
    ["a solid button", token.colorTextLightSolid, [token.colorPrimary]],
    ["an error's text", token.colorError, [token.colorErrorBg]],
    ["a link", token.colorLink, [side]],
    ["a link that is pointed at", token.colorLinkHover, [side]],
    ["a link in a dialog", token.colorLink, [token.colorBgElevated]],
    ["a chosen tab", token.colorPrimary, [side]],
    ["a chosen option", token.colorText, [token.controlItemBgActive, token.colorBgElevated]],
    ["a description", token.colorTextDescription, [token.colorBgElevated]],
    ["a placeholder", token.colorTextPlaceholder, [side]],
  ])("can be read: %s", (_name, text, grounds) => {
    expect(contrast(text, ...grounds)).toBeGreaterThanOrEqual(ENOUGH)
  })
})
