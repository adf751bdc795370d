import { type ThemeConfig, theme } from "antd"
import { create } from "zustand"

export type Look = "light" | "dark" | "system"
const KEPT = "jimu.look"

interface LookStore {
  look: Look
  setLook: (look: Look) => void
}

/** Light, dark, or as the system says; kept in this browser. */
export const useLook = create<LookStore>((set) => ({
  look: keptLook(),
  setLook: (look) => {
    localStorage.setItem(KEPT, look)
    set({ look })
  },
}))

function keptLook(): Look {
  const kept = localStorage.getItem(KEPT)
  return kept === "light" || kept === "dark" ? kept : "system"
}

// Ant Design's own secondary texts and states are too faint to read on these grounds (WCAG AA).
const LIGHT = {
  colorBgLayout: "#f4f6fa",
  colorTextDescription: "rgba(0, 0, 0, 0.62)",
  colorTextTertiary: "rgba(0, 0, 0, 0.6)",
  colorTextPlaceholder: "rgba(0, 0, 0, 0.56)",
  colorSuccess: "#237804",
  colorSuccessBg: "#ebf7e4",
  colorSuccessBorder: "#b5dfa2",
  colorWarning: "#8a5a00",
  colorWarningBg: "#fff5dc",
  colorWarningBorder: "#f0d38f",
  colorError: "#c41d2f",
  colorErrorBg: "#fdeef0",
  colorErrorBorder: "#f3bcc3",
  colorLinkHover: "#2f49b8",
}
const DARK = {
  colorPrimary: "#7b93ff",
  colorInfo: "#7b93ff",
  colorLink: "#8fa3ff",
  colorLinkHover: "#a9b8ff",
  colorError: "#ff7074",
  colorTextLightSolid: "#0b1020",
  colorTextDescription: "rgba(255, 255, 255, 0.68)",
  colorTextTertiary: "rgba(255, 255, 255, 0.66)",
  colorTextPlaceholder: "rgba(255, 255, 255, 0.6)",
}

// A menu's entry lies on a ground of the primary colour, where that colour itself is too dark.
const CHOSEN = "#b4c1ff"

/** Ant Design's tokens; the canvas takes its colours from the same ones (`theme.useToken()`). */
export function themeOf(isDark: boolean): ThemeConfig {
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: "#3b5bdb",
      colorInfo: "#3b5bdb",
      borderRadius: 8,
      fontSize: 14,
      fontFamily:
        '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif',
      ...(isDark ? DARK : LIGHT),
    },
    components: {
      Layout: {
        siderBg: isDark ? "#141414" : "#ffffff",
        headerBg: isDark ? "#141414" : "#ffffff",
        headerHeight: 56,
        headerPadding: "0 20px",
      },
      Menu: {
        itemBorderRadius: 8,
        activeBarBorderWidth: 0,
        ...(isDark && { itemSelectedColor: CHOSEN, subMenuItemSelectedColor: CHOSEN }),
      },
    },
  }
}
